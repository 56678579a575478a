package io.batonfs.protocol.rpc;

import io.batonfs.model.BatonException;
import io.batonfs.model.ErrorCode;
import java.io.IOException;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.util.Optional;
import org.apache.hadoop.ipc.RemoteException;

/**
 * A coded failure on its way over Hadoop RPC, which carries of an exception the name of its class and what its stack
 * trace prints. So this one's message is the number of the code, a colon, a space and the text, and its stack trace is
 * nothing but that: code and text arrive as they were, line breaks and all, and no insides of the server with them.
 */
public final class CallFailure extends IOException {
    private static final long serialVersionUID = 1L;
    private static final String SEPARATOR = ": ";

    /** A failure to be sent. */
    CallFailure(BatonException failure) {
        super(failure.code().number() + SEPARATOR + (failure.getMessage() == null ? "" : failure.getMessage()));
    }

    /** The failure that a server has sent, if it is a coded one. */
    static Optional<BatonException> received(RemoteException remote) {
        if (!CallFailure.class.getName().equals(remote.getClassName())) {
            return Optional.empty();
        }
        String sent = remote.getMessage() == null ? "" : remote.getMessage();
        int end = sent.indexOf(SEPARATOR);
        try {
            int number = Integer.parseInt(sent.substring(0, Math.max(0, end)));
            return Optional.of(new BatonException(code(number), sent.substring(end + SEPARATOR.length())));
        } catch (NumberFormatException e) {
            return Optional.of(new BatonException(ErrorCode.INTERNAL, sent, e));
        }
    }

    /** The code with a number; INTERNAL for one that only a newer server knows. */
    static ErrorCode code(int number) {
        try {
            return ErrorCode.ofNumber(number);
        } catch (IllegalArgumentException e) {
            return ErrorCode.INTERNAL;
        }
    }

    /** Not filled: it would only be sent, or thrown away. */
    @Override
    public synchronized Throwable fillInStackTrace() {
        return this;
    }

    @Override
    public void printStackTrace(PrintWriter writer) {
        writer.print(this);
    }

    @Override
    public void printStackTrace(PrintStream stream) {
        stream.print(this);
    }
}
