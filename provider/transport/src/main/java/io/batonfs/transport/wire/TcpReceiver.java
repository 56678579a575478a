package io.batonfs.transport.wire;

import io.batonfs.transport.verbs.Arrival;
import io.batonfs.transport.verbs.InboundMessage;
import io.batonfs.transport.verbs.MemoryRegion;
import io.batonfs.transport.verbs.WireEndpoint;
import io.batonfs.transport.verbs.WorkOpcode;
import io.batonfs.transport.verbs.WorkStatus;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;

/**
 * The receiving half of a connection: takes frames out of the stream and brings them to the endpoint. What has come in
 * whole is copied to its place from the loop's buffer; of a longer message the rest is read straight into it. Nothing but
 * the beginning of a header is ever kept here, so a peer that stops in the middle of a frame costs 32 bytes.
 *
 * <p>Belongs to the loop's thread.
 */
final class TcpReceiver {
    /** Reads of one connection before others have their turn. */
    private static final int READS_IN_A_ROW = 8;
    /** Of a message longer than this, the beginning is not worth being read with others. */
    private static final int LONG_MESSAGE_BYTES = 16 * 1024;
    /** What is read where a long message is expected: a header, or one of those up to 8 KiB that leave together. */
    private static final int SHORT_READ_BYTES = 8 * 1024 + TcpFrame.BYTES;

    private final TcpLink link;
    private final SocketChannel channel;
    private final WireEndpoint own;
    private final ByteBuffer buffer;
    private final int maxFrameBytes;
    private final TcpFrame frame = new TcpFrame();
    private final Inbound inbound = new Inbound();
    private Arrival arrival;
    private boolean expectsLong;
    private boolean acknowledgeAtOnce;
    private boolean discarding;
    private int acknowledged;

    TcpReceiver(TcpLink link, SocketChannel channel, WireEndpoint own, ByteBuffer buffer, int maxFrameBytes) {
        this.link = link;
        this.channel = channel;
        this.own = own;
        this.buffer = buffer;
        this.maxFrameBytes = maxFrameBytes;
    }

    /**
     * Takes in what is there.
     *
     * @return whether the stream has come to its end
     */
    boolean read() throws IOException {
        for (int i = 0; i < READS_IN_A_ROW; i++) {
            if (arrival != null) {
                int n = arrival.take(channel);
                if (n < 0) {
                    return true;
                }
                if (!advance()) {
                    return false;
                }
            } else {
                int n = channel.read(buffer.clear().limit(expectsLong ? SHORT_READ_BYTES : buffer.capacity()));
                if (n < 0) {
                    return true;
                }
                boolean full = !buffer.hasRemaining();
                decode(buffer.flip());
                if (n > 0) {
                    // Long messages mostly come one after the other, and what is read of them here is copied.
                    expectsLong = arrival != null && frame.lengthBytes() > LONG_MESSAGE_BYTES;
                }
                if (!full && arrival == null) {
                    return false;
                }
            }
        }
        return false;
    }

    /** Nothing more is delivered; what still comes is read and dropped, so that closing does not reset the connection. */
    void discardFromNowOn() {
        discarding = true;
    }

    void abandon() {
        if (arrival != null) {
            Arrival begun = arrival;
            arrival = null;
            discarding = true;
            begun.abandon();
        }
    }

    /** Messages that the peer has acknowledged, modulo 2^32. */
    int acknowledgedCount() {
        return acknowledged;
    }

    /** Whether a message was delivered whose sender waits to hear of it; asks once. */
    boolean takeAcknowledgeAtOnce() {
        boolean asked = acknowledgeAtOnce;
        acknowledgeAtOnce = false;
        return asked;
    }

    private void decode(ByteBuffer bytes) throws TcpViolation {
        while (bytes.hasRemaining()) {
            if (discarding) {
                return;
            }
            if (arrival != null) {
                arrival.take(bytes);
                advance();
            } else if (readHeader(bytes)) {
                frame.check(maxFrameBytes);
                frame.bytes().clear();
                acknowledge(frame.acknowledged());
                handle(bytes);
            }
        }
    }

    /** Whether the header is complete. */
    private boolean readHeader(ByteBuffer bytes) {
        ByteBuffer header = frame.bytes();
        int n = Math.min(header.remaining(), bytes.remaining());
        header.put(header.position(), bytes, bytes.position(), n);
        header.position(header.position() + n);
        bytes.position(bytes.position() + n);
        return !header.hasRemaining();
    }

    private void acknowledge(int count) throws TcpViolation {
        int news = count - acknowledged;
        if (news == 0) {
            return;
        }
        int sent = link.acknowledgeableCount();
        if (news < 0 || news > sent - acknowledged) {
            throw new TcpViolation("the peer acknowledges " + Integer.toUnsignedString(count) + " messages after "
                    + Integer.toUnsignedString(acknowledged) + ", of " + Integer.toUnsignedString(sent)
                    + " that were sent");
        }
        acknowledged = count;
        link.progressed();
        for (int i = 0; i < news; i++) {
            own.transmitted(WorkStatus.SUCCESS);
        }
    }

    private void handle(ByteBuffer bytes) throws TcpViolation {
        switch (frame.kind()) {
            case SEND, RDMA_WRITE, RDMA_WRITE_WITH_IMMEDIATE -> message(bytes);
            case ACKNOWLEDGE -> { }
            case REFUSAL -> {
                if (acknowledged == link.transmittedCount()) {
                    throw new TcpViolation("the peer refuses a message that was not sent");
                }
                link.peerTakesNothing();
                own.transmitted(frame.status());
                link.peerEnds();
            }
            case GOODBYE -> {
                link.peerTakesNothing();
                link.peerEnds();
            }
        }
    }

    private void message(ByteBuffer bytes) {
        int length = frame.lengthBytes();
        if (bytes.remaining() >= length) {
            inbound.payload = bytes;
            WorkStatus status;
            synchronized (link.deliveryLock()) {
                status = own.deliver(inbound);
                if (status == WorkStatus.SUCCESS) {
                    delivered();
                }
            }
            inbound.payload = null;
            bytes.position(bytes.position() + length);
            refuseUnless(status);
        } else {
            arrival = own.arrive(inbound);
            arrival.take(bytes);
            advance();
        }
    }

    /** Under the delivery lock. Before a message is whole there is nothing to acknowledge, whatever its sender wishes. */
    private void delivered() {
        acknowledgeAtOnce |= frame.acknowledgeAtOnce();
        link.delivered();
    }

    /** Whether the arrival has ended, in one way or another. */
    private boolean advance() {
        if (arrival == null) {
            return true;
        }
        WorkStatus status = arrival.status();
        if (status == WorkStatus.SUCCESS) {
            if (arrival.missingBytes() > 0) {
                return false;
            }
            synchronized (link.deliveryLock()) {
                status = arrival.finish();
                if (status == WorkStatus.SUCCESS) {
                    delivered();
                }
            }
        }
        arrival = null;
        refuseUnless(status);
        return true;
    }

    private void refuseUnless(WorkStatus status) {
        if (status != WorkStatus.SUCCESS) {
            discarding = true;
            link.refuse(status);
        }
    }

    /** The frame whose header was read last, as the endpoint sees it. */
    private final class Inbound implements InboundMessage {
        private ByteBuffer payload;

        @Override
        public WorkOpcode opcode() {
            return frame.kind().opcode();
        }

        @Override
        public int lengthBytes() {
            return frame.lengthBytes();
        }

        @Override
        public long remoteAddress() {
            return frame.remoteAddress();
        }

        @Override
        public int remoteHandle() {
            return frame.remoteHandle();
        }

        @Override
        public int immediate() {
            return frame.immediate();
        }

        @Override
        public void copyTo(MemoryRegion destination, int offset) {
            destination.put(offset, payload, payload.position(), frame.lengthBytes());
        }
    }
}
