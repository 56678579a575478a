package io.batonfs.transport.lwio;

import io.batonfs.transport.verbs.MemoryRegion;
import io.batonfs.transport.verbs.QueuePair;
import io.batonfs.transport.verbs.VerbsException;
import io.batonfs.transport.verbs.WorkRequest;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.function.Consumer;
import java.util.function.IntUnaryOperator;

/**
 * The receives of one connection at the server end: a small one of its own for AUTH, since who has not proven who he is
 * has no part in the memory that is shared, and then as many {@link ReceiveBuffers} of the class that it was granted as
 * it has credits. It carries out what the class's {@link CreditBroker} decides about the connection. By the classes of
 * OFF-1 they are CACHED: the server's to change, while the NIC uses them.
 *
 * <p>{@code authBuffer} belongs to the connection's draining thread, which also sets {@code grant}, once; all else is
 * thread-safe.
 */
final class ServerReceives implements CreditBroker.Member {
    private static final int AUTH_BUFFER_BYTES = 128;

    private final LwioServer server;
    private final ServerCredits credits;
    private final WakeUp wakeUp;
    private final Consumer<WorkRequest> sender;
    private final Consumer<Throwable> whenFailed;
    /** Made once, and not for each answer. */
    private final IntUnaryOperator withdraw = this::withdraw;
    private QueuePair queuePair;
    private IoBuffer authBuffer;
    /** Null until AUTH has proven itself. */
    private volatile ReceiveMemory.Grant grant;

    /**
     * Those of a connection that is about to be made.
     *
     * @param sender     sends to the client what tells it of credits
     * @param whenFailed ends the connection, since its client could not be told; throws nothing
     */
    ServerReceives(LwioServer server, ServerCredits credits, WakeUp wakeUp, Consumer<WorkRequest> sender,
            Consumer<Throwable> whenFailed) {
        this.server = server;
        this.credits = credits;
        this.wakeUp = wakeUp;
        this.sender = sender;
        this.whenFailed = whenFailed;
    }

    /** Bytes that {@link #prepare} wants: AUTH and a little, so that a longer one is seen to be longer. */
    static int authBufferBytes() {
        return AUTH_BUFFER_BYTES;
    }

    /** Posts the receive for AUTH. */
    void prepare(QueuePair pair, MemoryRegion authMemory) throws VerbsException {
        queuePair = pair;
        authBuffer = new IoBuffer(authMemory, 0, 0);
        pair.postReceive(0, authMemory, 0, AUTH_BUFFER_BYTES);
    }

    /** The buffer that a message came in. */
    IoBuffer buffer(int receiveId) {
        return receiveId == 0 ? authBuffer : buffers().byNumber(receiveId);
    }

    private ReceiveBuffers buffers() {
        return credits.broker().buffers();
    }

    /** MaxRecvBufferSize; 0 before it is granted. */
    int receiveBytes() {
        return grant == null ? 0 : grant.receiveBytes();
    }

    /** Whether they are smaller than the client wished. */
    boolean areSmaller() {
        return grant != null && grant.smaller();
    }

    /** AUTH has come, or never will. */
    void dropAuthBuffer() {
        if (authBuffer != null) {
            authBuffer.region.close();
            authBuffer = null;
        }
    }

    /**
     * Allows as many, and as large ones, as the client wishes and the server's policies and budget allow.
     *
     * @param wished    credits
     * @param sendBytes MaxSendBufferSize
     */
    int grant(int wished, int sendBytes) throws LwioException {
        ReceiveMemory.Grant got;
        try {
            got = server.receiveMemory().admit(credits, this, wished, sendBytes);
        } catch (VerbsException e) {
            throw new LwioException(LwioStatus.INSUFFICIENT_RESOURCES, e.getMessage(), e);
        }
        if (got == null) {
            throw new LwioException(LwioStatus.INSUFFICIENT_RESOURCES, "the receive budget of "
                    + server.config().receiveBudgetBytes() + " bytes is held by the other " + (server.connections() - 1)
                    + " connections; close some of them, or raise the budget");
        }
        grant = got;
        queuePair.takeFrom(buffers().queue());
        credits.begin(got.credits());
        allowReserved(got.credits());
        if (got.smaller()) {
            server.makeRoom(got);
        }
        return got.credits();
    }

    /** The client has more to do than it has credits for. */
    void wish() {
        credits.broker().wish(credits);
    }

    /** Credits have come back, or more may be offered again. */
    void cameBack() {
        credits.broker().comeBack();
    }

    @Override
    public int outstanding() {
        return wakeUp.underWay();
    }

    @Override
    public void offer(int count) {
        allowReserved(count);
        tell(count);
    }

    @Override
    public void ask(int count) {
        tell(-count);
    }

    @Override
    public void failed(Throwable cause) {
        whenFailed.accept(cause);
    }

    private void tell(int delta) {
        ByteBuffer message = ByteBuffer.allocate(StatusResponse.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        StatusResponse.encode(message, 0, StatusResponse.CREDIT_COOKIE, delta, LwioStatus.NOTIFY_CREDIT);
        sender.accept(new WorkRequest().send(0).inline(message, 0, StatusResponse.BYTES));
    }

    /** What the client returned unused is free at once, but for what its requests hold. */
    void takeBackSurplus() {
        release(credits.takeBackSurplus(withdraw));
    }

    private int withdraw(int most) {
        return queuePair.withdrawReceives(most);
    }

    /** The receive of a request that is answered, or will never be: others find it from now on, and so does this one. */
    void repost(ServerRequest request) {
        if (request.holdsReceive) {
            buffers().post(request.receiveId);
            request.holdsReceive = false;
            allow(1);
            takeBackSurplus();
        }
    }

    /** The receive of a CREDIT that gave its own credit back: others find it, and this one may take one less. */
    void giveBack(ServerRequest credit) {
        buffers().post(credit.receiveId);
        credit.holdsReceive = false;
        release(1);
    }

    /** The connection is at its end, and has no credits any more. */
    void abandon(ServerRequest request) {
        try {
            forget();
        } finally {
            repost(request);
        }
    }

    /** The same of a receive that no request was made for. */
    void abandon(int receiveId) {
        try {
            forget();
        } finally {
            if (receiveId != 0) {
                buffers().post(receiveId);
                allow(1);
                takeBackSurplus();
            }
        }
    }

    private void forget() {
        CreditBroker broker = credits.broker();
        if (broker == null) {
            credits.close();
        } else {
            // Also if what it has granted was never heard of here.
            broker.forget(credits);
        }
    }

    /** The last completion has come. */
    void ended() {
        forget();
        dropAuthBuffer();
        release(queuePair.endAllowedReceives());
        release(credits.takeUnallowed(Integer.MAX_VALUE));
    }

    /** Allows what the broker has reserved, unless the end has taken it. */
    private void allowReserved(int count) {
        int reserved = credits.takeUnallowed(count);
        if (reserved > 0) {
            allow(reserved);
        }
    }

    /** Allows receives that are reserved for this connection; if it has ended, others may have them. */
    private void allow(int count) {
        boolean allowed = false;
        boolean done = false;
        try {
            allowed = queuePair.allowReceives(count);
            done = true;
        } finally {
            if (!done) {
                // They are released at the end.
                credits.notAllowed(count);
            }
        }
        if (!allowed) {
            release(count);
        }
    }

    /** So many receives are not this connection's any more. */
    private void release(int count) {
        if (count > 0) {
            buffers().release(count);
            cameBack();
        }
    }
}
