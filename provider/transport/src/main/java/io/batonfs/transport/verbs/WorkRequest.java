package io.batonfs.transport.verbs;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;

/**
 * What a queue pair is asked to send. Filled, posted, and free to be filled again once
 * {@link QueuePair#postSend} has returned; the memory that it names is not, until the work has ended. Not thread-safe.
 *
 * <p>The bytes are those of the inline part, then those of the gathered regions in order. An RDMA write of exactly 8
 * bytes, from one place, to memory aligned to 8 is a <i>word</i>: the peer sees all of it or nothing, and who has seen
 * it sees everything that was posted before it ({@link MemoryRegion#getWord}).
 */
public final class WorkRequest implements InboundMessage {
    /** The most bytes that can travel inside the request itself, their memory being free at once. */
    public static final int MAX_INLINE_BYTES = 112;
    /** The most regions that one request gathers. */
    public static final int MAX_GATHER = 4;

    private final MemoryRegion[] regions = new MemoryRegion[MAX_GATHER];
    private final int[] offsets = new int[MAX_GATHER];
    private final int[] lengths = new int[MAX_GATHER];
    private final ByteBuffer inline = ByteBuffer.allocate(MAX_INLINE_BYTES);
    private long id;
    private WorkOpcode opcode = WorkOpcode.SEND;
    private Signal signal = Signal.NEVER;
    private int gathered;
    private int inlineBytes;
    private int lengthBytes;
    private long remoteAddress;
    private int remoteHandle;
    private int immediate;
    private boolean accepted;
    private boolean lentUntilEnd;

    /** An empty SEND. */
    public WorkRequest() {
    }

    /** Begins anew with a SEND. */
    public WorkRequest send(long requestId) {
        return begin(requestId, WorkOpcode.SEND, 0, 0, 0);
    }

    /** Begins anew with an RDMA WRITE. */
    public WorkRequest write(long requestId, long address, int handle) {
        return begin(requestId, WorkOpcode.RDMA_WRITE, address, handle, 0);
    }

    /** Begins anew with an RDMA WRITE WITH IMMEDIATE. */
    public WorkRequest writeWithImmediate(long requestId, long address, int handle, int data) {
        return begin(requestId, WorkOpcode.RDMA_WRITE_WITH_IMMEDIATE, address, handle, data);
    }

    private WorkRequest begin(long requestId, WorkOpcode kind, long address, int handle, int data) {
        Arrays.fill(regions, 0, gathered, null);
        id = requestId;
        opcode = kind;
        remoteAddress = address;
        remoteHandle = handle;
        immediate = data;
        signal = Signal.NEVER;
        gathered = 0;
        inlineBytes = 0;
        lengthBytes = 0;
        accepted = false;
        lentUntilEnd = false;
        return this;
    }

    /** Whether it is in a queue pair's queue: then what becomes of it will be told, if that was asked for. */
    void accepted(boolean is) {
        accepted = is;
    }

    /**
     * For who posted it, asked to be told, and met an Error: whether a queue pair has it all the same, and will tell
     * what becomes of it. If not, its memory is free.
     */
    public boolean isAccepted() {
        return accepted;
    }

    /** Asks for a completion on success too; failures always give one. */
    public WorkRequest signaled() {
        signal = Signal.ALWAYS;
        return this;
    }

    /**
     * Asks for a completion only if some of the bytes wait at this end when {@link QueuePair#postSend} returns, which
     * then says so: for who gives memory back, or paces himself by what the peer takes. Otherwise neither success nor
     * failure is announced for this request; the end of the connection is, as always.
     */
    public WorkRequest signaledIfLater() {
        signal = Signal.IF_LATER;
        return this;
    }

    /**
     * Says that the memory is left alone until the work has ended, though that is not announced: until a later request
     * of the same queue pair has ended, or the regions have been closed. Without this what is sent unannounced is copied
     * if it has to wait, since who is told nothing may take something else for the end, such as the peer's answer, and a
     * peer may answer what it has not yet had.
     */
    public WorkRequest lentUntilEnd() {
        lentUntilEnd = true;
        return this;
    }

    /** Copies bytes into the request itself, in front of everything gathered. */
    public WorkRequest inline(ByteBuffer bytes, int offset, int length) {
        if (length > MAX_INLINE_BYTES - inlineBytes) {
            throw new IllegalArgumentException(length + " bytes do not fit into a request: at most "
                    + MAX_INLINE_BYTES + " travel inline");
        }
        inline.put(inlineBytes, bytes, offset, length);
        inlineBytes += length;
        lengthBytes += length;
        return this;
    }

    /** Adds bytes of a region. */
    public WorkRequest gather(MemoryRegion region, int offset, int length) {
        if (gathered == MAX_GATHER) {
            throw new IllegalArgumentException("a request gathers at most " + MAX_GATHER + " regions");
        }
        if (!region.covers(region.address() + offset, length) || offset < 0) {
            throw new IndexOutOfBoundsException(length + " bytes at " + offset + " are not within " + region);
        }
        regions[gathered] = region;
        offsets[gathered] = offset;
        lengths[gathered] = length;
        gathered++;
        lengthBytes = Math.addExact(lengthBytes, length);
        return this;
    }

    /** Begins the DMA on all source regions; false if one is gone or of another domain, and then none is pinned. */
    boolean pin(ProtectionDomain domain) {
        for (int i = 0; i < gathered; i++) {
            if (regions[i].domain() != domain || !regions[i].pin()) {
                unpin(i);
                return false;
            }
        }
        return true;
    }

    void unpin() {
        unpin(gathered);
    }

    private void unpin(int count) {
        for (int i = 0; i < count; i++) {
            regions[i].unpin();
        }
    }

    long id() {
        return id;
    }

    Signal signal() {
        return signal;
    }

    @Override
    public WorkOpcode opcode() {
        return opcode;
    }

    @Override
    public int lengthBytes() {
        return lengthBytes;
    }

    @Override
    public long remoteAddress() {
        return remoteAddress;
    }

    @Override
    public int remoteHandle() {
        return remoteHandle;
    }

    @Override
    public int immediate() {
        return immediate;
    }

    @Override
    public void copyTo(MemoryRegion destination, int offset) {
        destination.put(offset, inline, 0, inlineBytes);
        int at = offset + inlineBytes;
        for (int i = 0; i < gathered; i++) {
            regions[i].copyTo(offsets[i], destination, at, lengths[i]);
            at += lengths[i];
        }
    }

    /**
     * Whether the poster waits for a completion, so that a wire should not be slow to tell it. For wires.
     *
     * @param later whether bytes will wait at this end for the peer to take them
     */
    public boolean wantsCompletion(boolean later) {
        return signal == Signal.ALWAYS || later && signal == Signal.IF_LATER;
    }

    /** Bytes of the inline part. For wires. */
    public int inlineBytes() {
        return inlineBytes;
    }

    /** Copies the inline part to a buffer's position, which goes on by it. For wires. */
    public void putInline(ByteBuffer target) {
        target.put(target.position(), inline, 0, inlineBytes);
        target.position(target.position() + inlineBytes);
    }

    /** Copies all bytes to a buffer's position, which goes on by them; only while the request is lent. For wires. */
    public void copyTo(ByteBuffer target) {
        putInline(target);
        for (int i = 0; i < gathered; i++) {
            regions[i].copyTo(offsets[i], target, lengths[i]);
        }
    }

    /**
     * Adds views of the gathered bytes, which follow the inline part, in order and without a copy. They are good as long
     * as the request is lent ({@link WireLink#transmit}). For wires.
     */
    public void addGathered(List<ByteBuffer> views) {
        for (int i = 0; i < gathered; i++) {
            regions[i].addViews(offsets[i], lengths[i], views);
        }
    }

    /**
     * Keeps the gathered regions pinned when the request is not lent any more, so that views ({@link #addGathered}) can
     * be read on. For wires, while the request is lent to them.
     *
     * @param holder is told when a region is closed
     * @return null if that is being done, or the poster is not told when he may use his memory again ({@link
     *         #lentUntilEnd}): then the bytes have to be copied
     */
    public HeldRegions hold(HeldRegions.Holder holder) {
        return signal == Signal.NEVER && !lentUntilEnd ? null : HeldRegions.of(regions, gathered, holder);
    }

    /** When a success is announced. */
    enum Signal {
        NEVER,
        /** Neither success nor failure. */
        SILENT,
        IF_LATER,
        ALWAYS
    }
}
