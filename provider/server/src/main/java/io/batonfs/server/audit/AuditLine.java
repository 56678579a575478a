package io.batonfs.server.audit;

import io.batonfs.protocol.CallContext;
import io.batonfs.server.rpc.CallOrigin;
import java.util.Optional;

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
 * and halves of characters, as Unicode escapes of UTF-16.
 */
final class AuditLine {
    private static final String NONE = "null";

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
                + "\tcall=" + context.invocation().clientId() + ":" + context.invocation().callId();
    }

    static String escape(String text) {
        if (text == null) {
            return NONE;
        }
        StringBuilder out = new StringBuilder(text.length());
        text.codePoints().forEach(point -> {
            if (isTreacherous(point)) {
                for (char unit : Character.toChars(point)) {
                    out.append(String.format("\\u%04x", (int) unit));
                }
            } else {
                out.appendCodePoint(point);
            }
        });
        return out.toString();
    }

    private static boolean isTreacherous(int point) {
        return switch (Character.getType(point)) {
            case Character.CONTROL, Character.FORMAT, Character.LINE_SEPARATOR, Character.PARAGRAPH_SEPARATOR,
                    Character.SURROGATE -> true;
            default -> point == '\\';
        };
    }
}
