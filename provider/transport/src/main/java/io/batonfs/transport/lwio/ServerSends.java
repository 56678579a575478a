package io.batonfs.transport.lwio;

import io.batonfs.transport.verbs.QueuePair;
import io.batonfs.transport.verbs.VerbsException;
import io.batonfs.transport.verbs.WorkRequest;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What one connection at the server end sends. Any thread posts; what the thread that takes messages in posts meanwhile
 * leaves together, when it is through with them ({@link #begin}, {@link #finish}). {@code toFlush} is that thread's.
 */
final class ServerSends {
    private static final Logger LOG = LoggerFactory.getLogger(ServerSends.class);

    private final ServerConnection connection;
    private QueuePair queuePair;
    /** The thread that takes requests in at this moment; if that has failed, it says by a store that it does no more. */
    volatile Thread draining;
    private boolean toFlush;

    ServerSends(ServerConnection connection) {
        this.connection = connection;
    }

    /** Before anything is sent. */
    void prepare(QueuePair pair) {
        queuePair = pair;
    }

    /** The caller takes messages in. */
    void begin() {
        draining = Thread.currentThread();
    }

    /** The caller is through with them: what it has posted leaves. */
    void finish() {
        draining = null;
        if (toFlush) {
            toFlush = false;
            queuePair.flush();
        }
    }

    /** Sends a message; if that can't be, the connection ends. */
    void post(WorkRequest work) {
        try {
            send(work);
        } catch (VerbsException e) {
            unsent(e);
        }
    }

    /** Sends a part of an answer; the last part follows at once and is not quiet. */
    void postPart(WorkRequest work) {
        if (Thread.currentThread() == draining) {
            toFlush = true;
        }
        try {
            queuePair.postSendQuietly(work);
        } catch (VerbsException e) {
            unsent(e);
        }
    }

    /**
     * Sends data.
     *
     * @param quietly whether something else is posted next, so that both leave together
     * @return as {@link QueuePair#postSend}
     * @throws VerbsException if it can't be sent: {@link #unsent} is the caller's to call
     */
    boolean postData(WorkRequest work, boolean quietly) throws VerbsException {
        return quietly ? queuePair.postSendQuietly(work) : send(work);
    }

    private boolean send(WorkRequest work) throws VerbsException {
        if (Thread.currentThread() != draining) {
            return queuePair.postSend(work);
        }
        toFlush = true;
        return queuePair.postSendQuietly(work);
    }

    /** The connection has ended, or must: its client would wait for ever, or take what it has for all. */
    void unsent(VerbsException cause) {
        queuePair.disconnect();
        LOG.debug("{} ends: an answer could not be sent: {}", connection.name(), cause.getMessage());
    }
}
