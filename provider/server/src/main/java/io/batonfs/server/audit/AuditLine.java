package io.batonfs.server.audit;

import io.batonfs.protocol.CallContext;
import io.batonfs.server.rpc.CallOrigin;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Optional;
import java.util.UUID;

/**
 * The audit log's format: fields "key=value" with tabs between them, the first eight as in HDFS's audit log.
 * <pre>
 *   allowed  true, or false when permission was denied
 *   ugi      the user; "bob via oozie" where oozie is logged in and acts for bob
 *   ip       the client's address after a slash; "-" for a call within the process
 *   cmd      the call
 *   src dst  paths or ids; null for none
 *   perm     the mode that is set, with owner and group before it if they are; null for none
 *   proto    rpc, or local for a call within the process
 *   code     OK or the error code
 *   call     the client and its call's number, the same for a repeated call
 * </pre>
 * Whatever clients choose is escaped so that no name can look like a field or a line, on a terminal either: backslash,
 * control characters, line separators, characters without a shape (those that change the direction of text among them)
 * and halves of characters, as Unicode escapes of UTF-16. It is cut after {@value #MAX_CHARACTERS} characters, twice what
 * the path of something new may have, so that nobody fills the log by calls that are refused.
 *
 * <p>A client is shown by a digest of its id: the id itself is what its leases are held by, and who reads the log must
 * not be able to write to another's open file.
 */
final class AuditLine {
    static final int MAX_CHARACTERS = 16_384;
    private static final String NONE = "null";
    private static final int DIGEST_BYTES = 8;

    private AuditLine() {
    }

    static String of(AuditEvent event, Optional<CallOrigin> origin, CallContext context, boolean allowed, String code) {
        return "allowed=" + allowed
                + "\tugi=" + escape(origin.map(CallOrigin::user).orElse(context.caller().user()))
                + origin.flatMap(CallOrigin::realUser).map(real -> " via " + escape(real)).orElse("")
                + "\tip=" + origin.map(from -> "/" + escape(from.address())).orElse("-")
                + "\tcmd=" + event.command()
                + "\tsrc=" + escape(event.source())
                + "\tdst=" + escape(event.destination())
                + "\tperm=" + escape(event.permission())
                + "\tproto=" + (origin.isPresent() ? "rpc" : "local")
                + "\tcode=" + code
                + "\tcall=" + fingerprint(context.invocation().clientId()) + ":" + context.invocation().callId();
    }

    /** Tells clients apart and does not say their ids. */
    static String fingerprint(UUID clientId) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(ByteBuffer.allocate(2 * Long.BYTES)
                    .putLong(clientId.getMostSignificantBits()).putLong(clientId.getLeastSignificantBits()).array());
            return HexFormat.of().formatHex(digest, 0, DIGEST_BYTES);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }

    static String escape(String text) {
        if (text == null) {
            return NONE;
        }
        String shown = text.length() <= MAX_CHARACTERS ? text : text.substring(0, MAX_CHARACTERS);
        String visible = VisibleText.of(shown);
        return shown.length() == text.length() ? visible : visible + "...(" + text.length() + " characters)";
    }
}
