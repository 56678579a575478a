package io.batonfs.transport.lwio;

import static io.batonfs.transport.lwio.ProtocolViolation.invalid;

import io.batonfs.transport.verbs.MemoryRegion;
import io.batonfs.transport.verbs.QueuePair;
import io.batonfs.transport.verbs.VerbsException;
import java.nio.ByteBuffer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The receive buffers of one connection at the client end, and which request an answer in them belongs to. An answer to
 * no request breaks the protocol. Used by the thread that drains the
 * client's completions, but for {@link #post}.
 */
final class ClientAnswers {
    private static final Logger LOG = LoggerFactory.getLogger(ClientAnswers.class);

    private final QueuePair queuePair;
    private final MemoryRegion memory;
    private final ClientSlot[] slots;
    private final Finisher finisher;

    /**
     * @param memory room for one STATUS_RESPONSE for each receive
     * @param slots  the requests under way; filled before anything arrives
     */
    ClientAnswers(QueuePair queuePair, MemoryRegion memory, ClientSlot[] slots, Finisher finisher) {
        this.queuePair = queuePair;
        this.memory = memory;
        this.slots = slots;
        this.finisher = finisher;
    }

    /** What ends a request. */
    interface Finisher {
        void finish(ClientSlot slot, LwioStatus status, int information) throws LwioException;

        /** The server gives credits, or takes some if negative. The receive has been posted again. */
        void creditsChanged(int delta) throws LwioException;
    }

    /** Posts all receives; before the connection begins. */
    void post(int receives) throws VerbsException {
        for (int id = 0; id < receives; id++) {
            postReceive(id);
        }
    }

    private void postReceive(int id) throws VerbsException {
        queuePair.postReceive(id, memory, id * StatusResponse.BYTES, StatusResponse.BYTES);
    }

    private void repost(int receiveId) {
        try {
            postReceive(receiveId);
        } catch (VerbsException e) {
            LOG.trace("the connection has ended; its DISCONNECT follows", e);
        }
    }

    /** A READ's data has been written; the immediate cookie says which. */
    void readArrived(int immediate, int receiveId) throws LwioException {
        repost(receiveId);
        ClientSlot slot = slotOf(immediate);
        ClientRequest request = slot.request();
        if (request == null || !slot.isPosted() || slot.isPolled() || !request.isRead()
                || slot.immediateCookie() != immediate) {
            throw invalid("immediate data 0x" + Integer.toHexString(immediate) + " belongs to no read");
        }
        finisher.finish(slot, LwioStatus.SUCCESS, request.lengthBytes());
    }

    /** A STATUS_RESPONSE, or what claims to be one. */
    void statusArrived(int receiveId, int lengthBytes) throws LwioException {
        if (lengthBytes != StatusResponse.BYTES) {
            throw invalid("an answer of " + lengthBytes + " bytes is no STATUS_RESPONSE");
        }
        ByteBuffer buffer = memory.buffer();
        int at = receiveId * StatusResponse.BYTES;
        long cookie = StatusResponse.cookie(buffer, at);
        int information = StatusResponse.information(buffer, at);
        LwioStatus status = StatusResponse.status(buffer, at);
        repost(receiveId);
        if (status == LwioStatus.NOTIFY_CREDIT && cookie == StatusResponse.CREDIT_COOKIE) {
            finisher.creditsChanged(information);
            return;
        }
        ClientSlot slot = slotOf(cookie);
        if (slot.request() == null || !slot.isPosted() || slot.isPolled() || slot.cookie() != cookie) {
            throw invalid("cookie 0x" + Long.toHexString(cookie) + " belongs to no request");
        }
        finisher.finish(slot, status, information);
    }

    private ClientSlot slotOf(long cookie) throws LwioException {
        int index = ClientSlot.indexOf(cookie);
        if (index < 0 || index >= slots.length) {
            throw invalid("cookie 0x" + Long.toHexString(cookie) + " was never given");
        }
        return slots[index];
    }
}
