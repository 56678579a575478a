package io.batonfs.protocol.rpc;

import io.batonfs.model.BatonException;
import io.batonfs.model.ErrorCode;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.SocketTimeoutException;
import java.nio.channels.ClosedByInterruptException;
import java.util.Optional;
import java.util.Set;
import javax.security.sasl.SaslException;
import org.apache.hadoop.ipc.RemoteException;
import org.apache.hadoop.security.AccessControlException;
import org.apache.hadoop.security.KerberosAuthException;
import org.apache.hadoop.thirdparty.protobuf.ServiceException;

/**
 * What a failed RPC means to a user of files. Pure functions.
 *
 * <table>
 * <caption>Failures and their codes</caption>
 * <tr><th>what happened<th>code
 * <tr><td>the server sent a coded failure<td>that code, with its text
 * <tr><td>the server is overloaded, standing by, or asks to be asked again<td>BUSY
 * <tr><td>no connection, a lost one, no answer in time<td>UNREACHABLE: whoever repeats the call under the same
 *     invocation has it done once (CAT-9), even if it was done already and only the answer was lost
 * <tr><td>not authenticated, or not authorized<td>PERMISSION_DENIED
 * <tr><td>the server does not know the protocol, its version, or the call<td>UNSUPPORTED
 * <tr><td>any other failure inside the server<td>INTERNAL
 * <tr><td>the thread was interrupted<td>none: an {@link InterruptedIOException}, as Hadoop's users expect it
 * </table>
 */
final class RpcFailures {
    private static final int MOST_CAUSES = 16;

    private static final Set<String> BUSY = Set.of(
            "org.apache.hadoop.ipc.RetriableException", "org.apache.hadoop.ipc.StandbyException",
            "org.apache.hadoop.ipc.ObserverRetryOnActiveException", "org.apache.hadoop.ipc.CallQueueTooBigException");
    private static final Set<String> DENIED = Set.of(
            "org.apache.hadoop.security.AccessControlException",
            "org.apache.hadoop.security.authorize.AuthorizationException",
            "org.apache.hadoop.security.token.SecretManager$InvalidToken", "javax.security.sasl.SaslException");
    private static final Set<String> UNKNOWN_CALL = Set.of(
            "org.apache.hadoop.ipc.RpcNoSuchMethodException", "org.apache.hadoop.ipc.RpcNoSuchProtocolException",
            "org.apache.hadoop.ipc.RPC$VersionMismatch");

    private RpcFailures() {
    }

    /**
     * The failure of a call.
     *
     * @param address where the server is, for messages
     */
    static IOException of(ServiceException failure, String address) {
        Throwable cause = failure.getCause() == null ? failure : failure.getCause();
        if (cause instanceof RemoteException remote) {
            return ofServer(remote, address);
        }
        Throwable deeper = cause;
        for (int depth = 0; deeper != null && depth < MOST_CAUSES; depth++, deeper = deeper.getCause()) {
            if (deeper instanceof ClosedByInterruptException
                    || deeper instanceof InterruptedIOException && !(deeper instanceof SocketTimeoutException)) {
                InterruptedIOException interrupted = new InterruptedIOException(
                        "interrupted during a call of the Baton server at " + address);
                interrupted.initCause(cause);
                return interrupted;
            }
            if (deeper instanceof RemoteException remote) {
                return ofServer(remote, address);
            }
            if (deeper instanceof AccessControlException || deeper instanceof SaslException
                    || deeper instanceof KerberosAuthException) {
                return denied(deeper.getMessage(), address, cause);
            }
        }
        if (!(cause instanceof IOException)) {
            return new BatonException(ErrorCode.INTERNAL, "a call of the Baton server at " + address
                    + " failed on this side: " + cause, cause);
        }
        return new BatonException(ErrorCode.UNREACHABLE, "the Baton server at " + address + " does not answer ("
                + rootMessage(cause) + "); is it running, and is that its control address?", cause);
    }

    private static BatonException ofServer(RemoteException remote, String address) {
        Optional<BatonException> coded = CallFailure.received(remote);
        if (coded.isPresent()) {
            return coded.get();
        }
        String name = String.valueOf(remote.getClassName());
        String firstLine = firstLine(remote.getMessage());
        if (BUSY.contains(name)) {
            return new BatonException(ErrorCode.BUSY, "the Baton server at " + address + " is busy (" + firstLine
                    + "); try again later, or give it more handlers (baton.server.rpc.handlers)", remote);
        }
        if (DENIED.contains(name)) {
            return denied(firstLine, address, remote);
        }
        if (UNKNOWN_CALL.contains(name)) {
            return new BatonException(ErrorCode.UNSUPPORTED, "the server at " + address + " does not know this call ("
                    + firstLine + "): either it is no Baton server, or client and server are of different versions; see"
                    + " that the address is its control address and bring the older end up to date", remote);
        }
        return new BatonException(ErrorCode.INTERNAL, "the Baton server at " + address + " failed: " + name + ": "
                + firstLine + "; its log says more", remote);
    }

    private static BatonException denied(String reason, String address, Throwable cause) {
        return new BatonException(ErrorCode.PERMISSION_DENIED, "the Baton server at " + address + " does not let this"
                + " user in (" + firstLine(reason) + "); log in as the server wants it (kinit where it uses Kerberos,"
                + " and " + ControlProtocol.SERVER_PRINCIPAL + " has to name its principal), or have the user added to"
                + " security.baton.client.protocol.acl, or to hadoop.proxyuser.* for acting on behalf of others",
                cause);
    }

    private static String rootMessage(Throwable cause) {
        Throwable root = cause;
        for (int depth = 0; root.getCause() != null && depth < MOST_CAUSES; depth++) {
            root = root.getCause();
        }
        String message = firstLine(root.getMessage());
        return message.isEmpty() || root.getClass() == java.io.EOFException.class
                ? "the connection broke" + (message.isEmpty() ? "" : ": " + message) : message;
    }

    private static String firstLine(String text) {
        if (text == null) {
            return "";
        }
        int end = text.indexOf('\n');
        return end < 0 ? text : text.substring(0, end);
    }
}
