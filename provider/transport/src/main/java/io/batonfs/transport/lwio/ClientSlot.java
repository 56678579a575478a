package io.batonfs.transport.lwio;

import io.batonfs.transport.verbs.AccessRight;
import io.batonfs.transport.verbs.MemoryRegion;
import io.batonfs.transport.verbs.ProtectionDomain;
import io.batonfs.transport.verbs.VerbsException;
import io.batonfs.transport.verbs.WorkRequest;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;

/**
 * One credit of a client: carries one request at a time, with its memory. Owned by the thread that sends the request,
 * then by the one that handles the answer. {@link #take} says who ends the request, if the answer and the end of the
 * connection come together.
 *
 * <p>Cookies are (turn &lt;&lt; 16 | number), so that a late or forged answer does not fit; the immediate cookie is
 * their lower 32 bits. A number is never 0, so a cookie is not.
 */
final class ClientSlot {
    private static final int PAGE_BYTES = AuthParams.HOST_PAGE_BYTES;
    private static final int NUMBER_BITS = 16;
    /** What may be done by a peer with memory that is read into, and with such as is written from. */
    private static final Set<AccessRight> TARGET = Set.of(AccessRight.REMOTE_WRITE);
    private static final Set<AccessRight> SOURCE = Set.of();
    private static final int NUMBER_MASK = (1 << NUMBER_BITS) - 1;

    final WorkRequest work = new WorkRequest();
    private final ProtectionDomain domain;
    private final int smallBytes;
    private final int number;
    private final AtomicReference<ClientRequest> request = new AtomicReference<>();
    private final ByteBuffer header = ByteBuffer.allocate(CommonHeader.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    private final CommonHeader fields = new CommonHeader().wrap(header, 0);
    private long turn;
    /** Written before the request is set, so whoever sees that sees this. */
    private MemoryRegion statusBlocks;
    /** From when on an answer can be one; before, its memory is still being prepared. */
    private volatile boolean posted;

    /** Internal memory, made when first needed and kept: data and checksums behind it. */
    private MemoryRegion internal;
    /** Where checksums of registered memory go: the tail of an indirect region. */
    private ByteBuffer checksums;
    /** The caller's memory, registered for this request; null if it goes through {@link #internal}. */
    private MemoryRegion registered;
    /** Where a read's data goes: one of the two, from a byte on. */
    private MemoryRegion target;
    private int targetAt;

    /** @param number from 0 */
    ClientSlot(ProtectionDomain domain, int number, int smallBytes) {
        this.domain = domain;
        this.number = number + 1;
        this.smallBytes = smallBytes;
    }

    /** Which of the slots it is, from 0. */
    int index() {
        return number - 1;
    }

    /** Which slot a cookie, or an immediate cookie, belongs to. */
    static int indexOf(long cookie) {
        return (int) (cookie & NUMBER_MASK) - 1;
    }

    long cookie() {
        return turn << NUMBER_BITS | number;
    }

    int immediateCookie() {
        return (int) cookie();
    }

    /**
     * Takes a request on.
     *
     * @param blocks in polling mode, where its IO_STATUS_BLOCK will be written; else null
     */
    void give(ClientRequest what, MemoryRegion blocks) {
        posted = false;
        turn = turn + 1 & Long.MAX_VALUE >> NUMBER_BITS;
        statusBlocks = blocks;
        request.set(what);
    }

    /** Its request is about to be posted. */
    void posting() {
        posted = true;
    }

    /** Whether its request has been posted, or is being: an answer to an earlier one is made up. */
    boolean isPosted() {
        return posted;
    }

    /** Whether it carries a request that is answered in memory. */
    boolean isPolled() {
        return request.get() != null && statusBlocks != null;
    }

    /** Whether the request that it carries, or carried last, is answered in memory. */
    boolean wasPolled() {
        return statusBlocks != null;
    }

    ClientRequest request() {
        return request.get();
    }

    /** The request, for the first who asks; null for others. */
    ClientRequest take() {
        return request.getAndSet(null);
    }

    /** Prepares memory and header, all but the sequence. */
    void prepare(ClientRequest what, int pendingHint) throws VerbsException {
        boolean polled = statusBlocks != null;
        int flags = (polled ? 0 : CommonHeader.FLAG_INTERRUPT)
                | (what.opcode() == Opcode.INTERRUPT ? CommonHeader.FLAG_CONTROL : 0)
                | (what.collapsed() ? CommonHeader.FLAG_COLLAPSE_IO : 0);
        fields.begin(what.opcode(), flags, lengthField(what),
                polled ? statusBlocks.address() + (long) index() * IoStatusBlock.BYTES : cookie())
                .fid(what.fid()).offset(what.offset());
        if (polled) {
            fields.immediateCookie(statusBlocks.handle());
        } else if (what.isRead()) {
            fields.immediateCookie(immediateCookie());
        }
        switch (what.opcode()) {
            case READ -> {
                bindTarget(what, 0);
                fields.data(target.address() + targetAt, target.handle());
            }
            case VEC_READ -> {
                int regions = what.buffers().size() + (what.pieces() > 0 ? 1 : 0);
                bindTarget(what, regions * RdmaRegion.BYTES);
                fields.pages(regions, PAGE_BYTES);
            }
            case VEC_WRITE -> fields.pages(what.collapsed() ? RdmaRegion.pagesOf(what.lengthBytes(), PAGE_BYTES) : 0,
                    PAGE_BYTES);
            default -> { }
        }
        if (what.opcode() != Opcode.AUTH) {
            fields.creditsHint(pendingHint);
        }
    }

    private static int lengthField(ClientRequest what) {
        return what.opcode().isFileIo() ? what.lengthBytes() : CommonHeader.BYTES + what.lengthBytes();
    }

    /** Where the server shall RDMA-write its AUTH_PARAMS. */
    void authTarget(MemoryRegion params) {
        fields.data(params.address(), params.handle());
    }

    /** Completes the message in {@link #work}. */
    void message(ClientRequest what, int sequence) throws VerbsException {
        fields.sequence(sequence);
        work.send(cookie()).inline(header, 0, CommonHeader.BYTES);
        if (what.isWrite()) {
            gatherWrite(what);
        } else if (what.opcode() == Opcode.VEC_READ) {
            work.gather(internal, 0, listRegions(what));
        } else if (what.opcode() != Opcode.READ && what.lengthBytes() > 0) {
            MemoryRegion memory = internal(what.lengthBytes());
            putAll(what.buffers(), memory, 0);
            work.gather(memory, 0, what.lengthBytes());
        }
    }

    /** File bytes of a request that this end copies to or from memory of its own. */
    int bytesCopiedFor(ClientRequest what) {
        return goesThroughInternal(what) ? what.bufferBytes() : 0;
    }

    private boolean goesThroughInternal(ClientRequest what) {
        if (what.bufferBytes() < smallBytes) {
            return true;
        }
        for (ByteBuffer buffer : what.buffers()) {
            if (!buffer.isDirect()) {
                return true;
            }
        }
        return false;
    }

    /**
     * Finds memory for what a read brings, the checksums behind the data.
     *
     * @param listBytes room at the beginning of internal memory for what is sent
     */
    private void bindTarget(ClientRequest what, int listBytes) throws VerbsException {
        int crcBytes = what.checksumBytes();
        if (goesThroughInternal(what)) {
            target = internal(listBytes + what.lengthBytes() + crcBytes);
            targetAt = listBytes;
            return;
        }
        if (listBytes > 0) {
            internal(listBytes);
        }
        registered = register(TARGET, what.buffers(), crcBytes);
        target = registered;
        targetAt = 0;
    }

    private MemoryRegion register(Set<AccessRight> rights, List<ByteBuffer> buffers, int crcBytes)
            throws VerbsException {
        List<ByteBuffer> parts = new ArrayList<>(buffers);
        if (crcBytes > 0) {
            parts.add(checksums(crcBytes));
        }
        return domain.register(rights, parts.toArray(ByteBuffer[]::new));
    }

    /** Writes the segments down: one for each buffer, one for the checksums; returns the bytes of the list. */
    private int listRegions(ClientRequest what) {
        ByteBuffer list = internal.buffer();
        int at = 0;
        long address = target.address() + targetAt;
        for (ByteBuffer page : what.buffers()) {
            new RdmaRegion(address, target.handle(), page.remaining()).encode(list, at);
            address += page.remaining();
            at += RdmaRegion.BYTES;
        }
        if (what.pieces() > 0) {
            new RdmaRegion(address, target.handle(), what.checksumBytes()).encode(list, at);
            at += RdmaRegion.BYTES;
        }
        return at;
    }

    private static void putAll(List<ByteBuffer> buffers, MemoryRegion memory, int at) {
        int next = at;
        for (ByteBuffer buffer : buffers) {
            memory.put(next, buffer, buffer.position(), buffer.remaining());
            next += buffer.remaining();
        }
    }

    private void gatherWrite(ClientRequest what) throws VerbsException {
        int length = what.bufferBytes();
        int crcBytes = what.checksumBytes();
        if (length == 0) {
            return;
        }
        if (goesThroughInternal(what)) {
            // Used again when the answer comes, which may be too early: so what has to wait is copied.
            MemoryRegion memory = internal(length + crcBytes);
            putAll(what.buffers(), memory, 0);
            ChecksumPieces.put(what.pieceCrcs(), what.pieces(), memory.buffer(), length);
            work.gather(memory, 0, length + crcBytes);
            return;
        }
        if (crcBytes > 0) {
            ChecksumPieces.put(what.pieceCrcs(), what.pieces(), checksums(crcBytes), 0);
        }
        registered = register(SOURCE, what.buffers(), crcBytes);
        // Closed when the answer comes.
        work.gather(registered, 0, length + crcBytes).lentUntilEnd();
    }

    /** Internal memory of at least that size; grows to the next power of two. */
    private MemoryRegion internal(int bytes) throws VerbsException {
        if (internal == null || internal.lengthBytes() < bytes) {
            if (internal != null) {
                internal.close();
            }
            int size = Math.max(4096, Integer.highestOneBit(Math.max(1, bytes - 1)) << 1);
            internal = domain.allocate(size, TARGET);
        }
        return internal;
    }

    private ByteBuffer checksums(int bytes) {
        if (checksums == null || checksums.capacity() < bytes) {
            checksums = ByteBuffer.allocateDirect(bytes).order(ByteOrder.LITTLE_ENDIAN);
        }
        return checksums.limit(bytes);
    }

    /** Brings what a read got to where the caller wants it. */
    void deliverRead(ClientRequest what) {
        ByteBuffer crcSource = checksums;
        int crcAt = 0;
        if (goesThroughInternal(what)) {
            int at = targetAt;
            for (ByteBuffer buffer : what.buffers()) {
                buffer.put(buffer.position(), internal.buffer(), at, buffer.remaining());
                at += buffer.remaining();
            }
            crcSource = internal.buffer();
            crcAt = at;
        }
        if (what.pieceCrcs() != null) {
            ChecksumPieces.get(crcSource, crcAt, what.pieceCrcs(), what.pieces());
        }
    }

    /** Takes the caller's memory back from the NIC. */
    void release() {
        if (registered != null) {
            registered.close();
            registered = null;
        }
    }
}
