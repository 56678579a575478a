package io.batonfs.client;

import io.batonfs.model.BatonException;
import io.batonfs.model.ErrorCode;
import io.batonfs.model.ServerId;
import io.batonfs.transport.lwio.LwioConnection;
import io.batonfs.transport.lwio.LwioException;
import io.batonfs.transport.lwio.LwioStatus;
import java.io.IOException;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;

/** What failures of LWIO mean to a user of files. Pure functions. */
final class Failures {

    private Failures() {
    }

    /**
     * A failed LWIO request as a coded failure.
     *
     * @param doing what was being done, as a participle with its object
     */
    static BatonException of(Throwable thrown, LwioConnection connection, String doing) {
        Throwable cause = thrown instanceof CompletionException || thrown instanceof ExecutionException
                ? thrown.getCause() : thrown;
        if (cause instanceof BatonException coded) {
            return coded;
        }
        if (!connection.isOpen()) {
            // The end of the connection says nothing about the request itself.
            return new BatonException(ErrorCode.UNREACHABLE, doing + " failed: the data connection broke ("
                    + cause.getMessage() + "); is the server running?", cause);
        }
        ErrorCode code = cause instanceof LwioException failure ? codeOf(failure)
                : cause instanceof IOException ? ErrorCode.UNREACHABLE : ErrorCode.INTERNAL;
        return new BatonException(code, doing + " failed: " + cause.getMessage() + remedy(code), cause);
    }

    /** Why there is no data connection to a server. */
    static BatonException connecting(IOException failure, ServerId server) {
        if (failure instanceof BatonException coded) {
            return coded;
        }
        String what = "no data connection to " + server + ": ";
        LwioStatus status = failure instanceof LwioException lwio ? lwio.status() : LwioStatus.CONNECTION_DISCONNECTED;
        return switch (status) {
            case REVISION_MISMATCH -> new BatonException(ErrorCode.UNSUPPORTED, what + failure.getMessage()
                    + "; bring the older end up to date", failure);
            case INSUFFICIENT_RESOURCES -> new BatonException(ErrorCode.BUSY, what + "its receive budget (memory for"
                    + " what clients send) is held by the connections that stand already; close clients and file systems"
                    + " that are no longer used, share one instead of opening many, lower"
                    + " fs.baton.client.connections.per.server, or give the server a larger budget",
                    new NoRoomException(failure));
            default -> new BatonException(ErrorCode.UNREACHABLE, what + failure.getMessage() + "; is it running?", failure);
        };
    }

    /** Whether a server had no room for one more connection: that lasts until somebody else closes his. */
    static boolean noRoom(IOException failure) {
        return failure.getCause() instanceof NoRoomException;
    }

    /** Marks a refused connection among the failures that are worth another try. */
    private static final class NoRoomException extends IOException {
        private static final long serialVersionUID = 1L;

        NoRoomException(IOException refusal) {
            super(refusal.getMessage(), refusal);
        }
    }

    /** Any failure with a code: one that has none may have happened. */
    static BatonException coded(IOException failure, String doing) {
        return failure instanceof BatonException coded ? coded : new BatonException(ErrorCode.OUTCOME_UNKNOWN,
                doing + " failed: " + failure.getMessage(), failure);
    }

    private static ErrorCode codeOf(LwioException failure) {
        return switch (failure.status()) {
            case ACCESS_DENIED -> ErrorCode.KEY_REFUSED;
            case DATA_ERROR, END_OF_FILE -> ErrorCode.DATA_LOST;
            case DISK_FULL -> ErrorCode.NO_SPACE;
            case INSUFFICIENT_RESOURCES, INVALID_HANDLE, FILE_CLOSED, CANCELLED -> ErrorCode.BUSY;
            case NOT_SUPPORTED, REVISION_MISMATCH -> ErrorCode.UNSUPPORTED;
            case IO_TIMEOUT, CONNECTION_DISCONNECTED -> ErrorCode.UNREACHABLE;
            case NO_SUCH_EXTENT -> ErrorCode.NO_SUCH_EXTENT;
            case STALE_ROUTE -> ErrorCode.STALE_ROUTE;
            case FENCED -> ErrorCode.FENCED;
            case INVALID_PARAMETER -> ErrorCode.INVALID_ARGUMENT;
            case INTERNAL_ERROR, SUCCESS, NOTIFY_CREDIT -> ErrorCode.INTERNAL;
        };
    }

    private static String remedy(ErrorCode code) {
        return switch (code) {
            case KEY_REFUSED -> "; open the file again";
            case NO_SPACE -> "; free space or add devices";
            case FENCED -> "; another writer has taken over, or the file was recovered: open it again";
            case DATA_LOST -> "; the server's log names the device";
            default -> "";
        };
    }

    /** Whether the server no longer knows the Fid, which says nothing about the key. */
    static boolean fidForgotten(BatonException failure) {
        return failure.getCause() instanceof LwioException lwio && switch (lwio.status()) {
            case INVALID_HANDLE, FILE_CLOSED -> true;
            default -> false;
        };
    }

    /** A stream that was used after its end. */
    static BatonException closedStream() {
        return new BatonException(ErrorCode.INVALID_ARGUMENT, "the stream is closed; open the file again");
    }
}
