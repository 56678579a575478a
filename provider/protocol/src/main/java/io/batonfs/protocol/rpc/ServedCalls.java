package io.batonfs.protocol.rpc;

import io.batonfs.model.BatonException;
import io.batonfs.model.Caller;
import io.batonfs.model.ErrorCode;
import io.batonfs.protocol.CallContext;
import io.batonfs.protocol.wire.RecordMessages.CallHeader;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.apache.hadoop.thirdparty.protobuf.ServiceException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How a server runs the calls that arrive: finds out on whose behalf, turns whatever goes wrong into a coded failure
 * that the client can act on, and knows which calls are under way, so that what they use is closed after them.
 * Thread-safe.
 */
public final class ServedCalls {
    private static final Logger LOG = LoggerFactory.getLogger(ServedCalls.class);

    private final Callers callers;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition idle = lock.newCondition();
    /** Calls under way; guarded by {@link #lock}. */
    private int underWay;
    /** Guarded by {@link #lock}. */
    private boolean closed;

    /** No calls yet. */
    public ServedCalls(Callers callers) {
        this.callers = callers;
    }

    /** Who calls, and which call it is. */
    CallContext context(boolean present, CallHeader header) throws IOException {
        return new CallContext(callers.current(), CallRecords.invocation(present, header));
    }

    /** Runs a call. */
    <T> T serve(String call, Work<T> work) throws ServiceException {
        if (!begin()) {
            throw failed(new BatonException(ErrorCode.UNREACHABLE, "the server is stopping; try again later"));
        }
        try {
            return work.run();
        } catch (BatonException e) {
            throw failed(e);
        } catch (MalformedMessageException e) {
            throw failed(new BatonException(ErrorCode.INVALID_ARGUMENT, "the server can't make sense of " + call + ": "
                    + e.getMessage() + "; bring client and server to the same version"));
        } catch (InterruptedIOException e) {
            throw failed(new BatonException(ErrorCode.UNREACHABLE, "the server stopped during " + call + " ("
                    + e.getMessage() + "); try again when it is back"));
        } catch (IOException e) {
            LOG.warn("{} failed without a code; its client is told that the outcome is unknown", call, e);
            throw failed(new BatonException(ErrorCode.OUTCOME_UNKNOWN, call + " failed: " + e.getMessage()));
        } catch (RuntimeException e) {
            LOG.error("{} failed by a fault of the server's", call, e);
            throw failed(new BatonException(ErrorCode.INTERNAL, call + " failed by a fault in the server (" + e
                    + "); its log says more"));
        } finally {
            end();
        }
    }

    private static ServiceException failed(BatonException failure) {
        return new ServiceException(new CallFailure(failure));
    }

    private boolean begin() {
        lock.lock();
        try {
            if (!closed) {
                underWay++;
            }
            return !closed;
        } finally {
            lock.unlock();
        }
    }

    private void end() {
        lock.lock();
        try {
            underWay--;
            if (underWay == 0) {
                idle.signalAll();
            }
        } finally {
            lock.unlock();
        }
    }

    /** Refuses every further call as one that a stopping server can't take. Those under way go on. */
    public void refuseNew() {
        lock.lock();
        try {
            closed = true;
        } finally {
            lock.unlock();
        }
    }

    /**
     * Waits until no call is under way.
     *
     * @param timeoutMs at most so long
     * @return how many are under way still
     */
    public int awaitIdle(long timeoutMs) throws InterruptedException {
        long leftNanos = TimeUnit.MILLISECONDS.toNanos(timeoutMs);
        lock.lockInterruptibly();
        try {
            while (underWay > 0 && leftNanos > 0) {
                leftNanos = idle.awaitNanos(leftNanos);
            }
            return underWay;
        } finally {
            lock.unlock();
        }
    }

    /** Knows on whose behalf the present thread works: from the connection, never from the message. */
    public interface Callers {

        /**
         * The caller.
         *
         * @throws BatonException PERMISSION_DENIED if nobody is known
         */
        Caller current() throws IOException;
    }

    /** A call. */
    interface Work<T> {

        /** Runs it. */
        T run() throws IOException;
    }
}
