package io.batonfs.transport.verbs;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ReadableByteChannel;

/**
 * A message on its way into one region. Owned by the wire's thread. While one that has taken up a receive is on
 * its way, the receiving half does not tell the end of the connection, since that may still be touched.
 */
final class PiecewiseArrival implements Arrival {
    private final ReceivingHalf receiving;
    private final WorkOpcode opcode;
    private final MemoryRegion region;
    private final int length;
    private final int immediate;
    private final long receiveId;
    /** The bytes so far of a word, which becomes visible at once or not at all; null until it is needed. */
    private ByteBuffer word;
    private int at;
    private int missing;
    private WorkStatus status;
    /** The completion is made, so that nothing is left to be given back. */
    private boolean finished;

    /** One that was refused before its first byte. */
    PiecewiseArrival(ReceivingHalf receiving, WorkStatus refusal) {
        this.receiving = receiving;
        opcode = WorkOpcode.RDMA_WRITE;
        region = null;
        length = 0;
        immediate = 0;
        receiveId = 0;
        status = refusal;
    }

    PiecewiseArrival(ReceivingHalf receiving, InboundMessage head, MemoryRegion region, int offset, long receiveId) {
        this.receiving = receiving;
        opcode = head.opcode();
        this.region = region;
        length = head.lengthBytes();
        immediate = head.immediate();
        this.receiveId = receiveId;
        at = offset;
        missing = length;
        status = WorkStatus.SUCCESS;
    }

    @Override
    public WorkStatus status() {
        return status;
    }

    @Override
    public int missingBytes() {
        return missing;
    }

    @Override
    public void take(ByteBuffer source) {
        if (beginPiece()) {
            try {
                int n = Math.min(missing, source.remaining());
                if (length == Long.BYTES && n < length) {
                    word().put(source.slice(source.position(), n));
                    taken(n);
                } else {
                    region.put(at, source, source.position(), n);
                    at += n;
                    missing -= n;
                }
                source.position(source.position() + n);
            } finally {
                region.unpin();
            }
        }
    }

    @Override
    public int take(ReadableByteChannel source) throws IOException {
        if (!beginPiece()) {
            return 0;
        }
        try {
            if (length == Long.BYTES) {
                int n = source.read(word());
                taken(n);
                return n;
            }
            int n = region.readFrom(source, at, missing);
            if (n > 0) {
                at += n;
                missing -= n;
            }
            return n;
        } finally {
            region.unpin();
        }
    }

    private ByteBuffer word() {
        if (word == null) {
            word = ByteBuffer.allocate(Long.BYTES);
        }
        return word;
    }

    /** So many bytes of the word have come; the last of them make it visible. */
    private void taken(int bytes) {
        missing -= Math.max(0, bytes);
        if (missing == 0) {
            region.put(at, word, 0, length);
        }
    }

    /** Pins the region, or ends the arrival if that can't be. */
    private boolean beginPiece() {
        if (status != WorkStatus.SUCCESS) {
            return false;
        }
        if (!receiving.canReceive()) {
            end(WorkStatus.DISCONNECTED, WorkStatus.FLUSHED);
            return false;
        }
        if (region.pin()) {
            return true;
        }
        if (opcode == WorkOpcode.SEND) {
            end(WorkStatus.REMOTE_OPERATION_ERROR, WorkStatus.LOCAL_PROTECTION_ERROR);
        } else {
            receiving.refuseAccess();
            end(WorkStatus.REMOTE_ACCESS_ERROR, WorkStatus.FLUSHED);
        }
        return false;
    }

    private void end(WorkStatus toldSender, WorkStatus toldReceiver) {
        status = toldSender;
        if (opcode != WorkOpcode.RDMA_WRITE) {
            receiving.delivered(receiveId, WorkOpcode.RECEIVE, toldReceiver, length, 0);
        }
    }

    @Override
    public WorkStatus finish() {
        if (status == WorkStatus.SUCCESS && !finished) {
            if (missing > 0) {
                throw new IllegalStateException(missing + " of " + length + " bytes are missing");
            }
            finished = true;
            receiving.counters().received(opcode, length);
            switch (opcode) {
                case SEND -> receiving.delivered(receiveId, WorkOpcode.RECEIVE, WorkStatus.SUCCESS, length, 0);
                case RDMA_WRITE_WITH_IMMEDIATE -> receiving.delivered(receiveId, WorkOpcode.RECEIVE_WITH_IMMEDIATE,
                        WorkStatus.SUCCESS, length, immediate);
                default -> { }
            }
        }
        return status;
    }

    @Override
    public void abandon() {
        if (status == WorkStatus.SUCCESS && !finished) {
            end(WorkStatus.DISCONNECTED, WorkStatus.FLUSHED);
        }
    }
}
