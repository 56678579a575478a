package io.batonfs.transport.lwio;

import io.batonfs.transport.verbs.AccessRight;
import io.batonfs.transport.verbs.MemoryRegion;
import io.batonfs.transport.verbs.ProtectionDomain;
import io.batonfs.transport.verbs.VerbsException;
import io.batonfs.transport.verbs.WorkRequest;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.EnumSet;
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
    private static final int NUMBER_BITS = 16;
    private static final int NUMBER_MASK = (1 << NUMBER_BITS) - 1;

    final WorkRequest work = new WorkRequest();
    private final ProtectionDomain domain;
    private final int smallBytes;
    private final int number;
    private final AtomicReference<ClientRequest> request = new AtomicReference<>();
    private final ByteBuffer header = ByteBuffer.allocate(CommonHeader.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    private final CommonHeader fields = new CommonHeader().wrap(header, 0);
    private long turn;

    /** Internal memory, made when first needed and kept: data and checksums behind it. */
    private MemoryRegion internal;
    /** Where checksums of registered memory go: the tail of an indirect region. */
    private ByteBuffer checksums;
    /** The caller's memory, registered for this request; null if it goes through {@link #internal}. */
    private MemoryRegion registered;

    ClientSlot(ProtectionDomain domain, int number, int smallBytes) {
        this.domain = domain;
        this.number = number + 1;
        this.smallBytes = smallBytes;
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

    /** Takes a request on. */
    void give(ClientRequest what) {
        turn = turn + 1 & Long.MAX_VALUE >> NUMBER_BITS;
        request.set(what);
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
        fields.begin(what.opcode(), CommonHeader.FLAG_INTERRUPT, lengthField(what), cookie());
        switch (what.opcode()) {
            case READ -> {
                fields.fid(what.fid()).offset(what.offset()).immediateCookie(immediateCookie());
                MemoryRegion target = readTarget(what);
                fields.data(target.address(), target.handle());
            }
            case WRITE, CLOSE -> fields.fid(what.fid()).offset(what.offset());
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
    void authTarget(MemoryRegion target) {
        fields.data(target.address(), target.handle());
    }

    /** Completes the message in {@link #work}. */
    void message(ClientRequest what, int sequence) throws VerbsException {
        fields.sequence(sequence);
        work.send(cookie()).inline(header, 0, CommonHeader.BYTES);
        if (what.opcode() == Opcode.WRITE) {
            gatherWrite(what);
        } else if (what.opcode() != Opcode.READ && what.lengthBytes() > 0) {
            MemoryRegion memory = internal(what.lengthBytes());
            memory.put(0, what.buffer(), what.buffer().position(), what.lengthBytes());
            work.gather(memory, 0, what.lengthBytes());
        }
    }

    private boolean goesThroughInternal(ClientRequest what) {
        return what.lengthBytes() < smallBytes || !what.buffer().isDirect();
    }

    private MemoryRegion readTarget(ClientRequest what) throws VerbsException {
        int crcBytes = what.pieces() * ChecksumPieces.CRC_BYTES;
        if (goesThroughInternal(what)) {
            return internal(what.lengthBytes() + crcBytes);
        }
        Set<AccessRight> rights = EnumSet.of(AccessRight.REMOTE_WRITE);
        registered = crcBytes == 0 ? domain.register(rights, what.buffer())
                : domain.register(rights, what.buffer(), checksums(crcBytes));
        return registered;
    }

    private void gatherWrite(ClientRequest what) throws VerbsException {
        int length = what.lengthBytes();
        int crcBytes = what.pieces() * ChecksumPieces.CRC_BYTES;
        if (length == 0) {
            return;
        }
        if (goesThroughInternal(what)) {
            MemoryRegion memory = internal(length + crcBytes);
            memory.put(0, what.buffer(), what.buffer().position(), length);
            ChecksumPieces.put(what.pieceCrcs(), what.pieces(), memory.buffer(), length);
            work.gather(memory, 0, length + crcBytes);
            return;
        }
        Set<AccessRight> none = EnumSet.noneOf(AccessRight.class);
        if (crcBytes == 0) {
            registered = domain.register(none, what.buffer());
        } else {
            ByteBuffer behind = checksums(crcBytes);
            ChecksumPieces.put(what.pieceCrcs(), what.pieces(), behind, 0);
            registered = domain.register(none, what.buffer(), behind);
        }
        work.gather(registered, 0, length + crcBytes);
    }

    /** Internal memory of at least that size; grows to the next power of two. */
    private MemoryRegion internal(int bytes) throws VerbsException {
        if (internal == null || internal.lengthBytes() < bytes) {
            if (internal != null) {
                internal.close();
            }
            int size = Math.max(4096, Integer.highestOneBit(Math.max(1, bytes - 1)) << 1);
            internal = domain.allocate(size, EnumSet.of(AccessRight.REMOTE_WRITE));
        }
        return internal;
    }

    private ByteBuffer checksums(int bytes) {
        if (checksums == null || checksums.capacity() < bytes) {
            checksums = ByteBuffer.allocateDirect(bytes).order(ByteOrder.LITTLE_ENDIAN);
        }
        return checksums.limit(bytes);
    }

    /** Brings what a READ got to where the caller wants it. */
    void deliverRead(ClientRequest what) {
        int length = what.lengthBytes();
        ByteBuffer crcSource = checksums;
        int crcAt = 0;
        if (goesThroughInternal(what)) {
            what.buffer().put(what.buffer().position(), internal.buffer(), 0, length);
            crcSource = internal.buffer();
            crcAt = length;
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
