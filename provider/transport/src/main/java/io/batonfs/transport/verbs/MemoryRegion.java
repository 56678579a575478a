package io.batonfs.transport.verbs;

import java.io.Closeable;
import java.io.IOException;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.ReadableByteChannel;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Memory that the NIC may use, known to peers by a 64-bit virtual address and a 32-bit memory handle. It may be made of
 * several buffers that follow each other in its addresses. Addresses belong to the emulated NIC and are never used
 * twice; handles carry a generation, so a stale one does not fit what came after.
 *
 * <p>Deregistration: {@code uses} counts DMA under way, with the top bit set once the region is closed. A DMA pins the
 * region before it touches a byte and is refused once it is closed; {@link #close} waits for the pins to go, so after it
 * no DMA touches the memory. A pin that may last ({@link HeldRegions}) is asked to go. A DMA never closes a region.
 * Thread-safe.
 */
public final class MemoryRegion implements Closeable {
    private static final int CLOSED = 1 << 31;
    private static final VarHandle WORD =
            MethodHandles.byteBufferViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

    private final ProtectionDomain domain;
    private final long address;
    private final int handle;
    private final int lengthBytes;
    private final boolean localWrite;
    private final boolean remoteWrite;
    private final ByteBuffer[] parts;
    /** Where each part begins in the region: a region may have as many parts as a vectored read has pages. */
    private final int[] starts;
    private final AtomicInteger uses = new AtomicInteger();
    /** Who has pinned it for longer than a call; null until somebody does. Guarded by {@code uses}, the object. */
    private List<HeldRegions> holders;

    MemoryRegion(ProtectionDomain domain, long address, int handle, Set<AccessRight> rights, ByteBuffer[] parts,
            int lengthBytes) {
        this.domain = domain;
        this.address = address;
        this.handle = handle;
        this.lengthBytes = lengthBytes;
        this.parts = parts;
        this.starts = startsOf(parts);
        this.remoteWrite = rights.contains(AccessRight.REMOTE_WRITE);
        this.localWrite = remoteWrite || rights.contains(AccessRight.LOCAL_WRITE);
    }

    /** Virtual address of the first byte. */
    public long address() {
        return address;
    }

    /** What a peer must show beside the address. */
    public int handle() {
        return handle;
    }

    /** Bytes. */
    public int lengthBytes() {
        return lengthBytes;
    }

    /** The only buffer of a region that has one: its bytes from 0 to the capacity. Shared, so use absolute access. */
    public ByteBuffer buffer() {
        if (parts.length != 1) {
            throw new IllegalStateException("the region is made of " + parts.length + " buffers");
        }
        return parts[0];
    }

    /** Whether it can still be used. */
    public boolean isRegistered() {
        return uses.get() >= 0;
    }

    ProtectionDomain domain() {
        return domain;
    }

    boolean allowsLocalWrite() {
        return localWrite;
    }

    boolean allowsRemoteWrite() {
        return remoteWrite;
    }

    /** Whether a range of virtual addresses lies inside. */
    boolean covers(long virtualAddress, int length) {
        long offset = virtualAddress - address;
        return length >= 0 && offset >= 0 && offset <= (long) lengthBytes - length;
    }

    /** Begins a DMA; false if the region is closed. */
    boolean pin() {
        while (true) {
            int before = uses.get();
            if (before < 0) {
                return false;
            }
            if (uses.compareAndSet(before, before + 1)) {
                return true;
            }
        }
    }

    /** Ends a DMA. */
    void unpin() {
        if (uses.decrementAndGet() == CLOSED) {
            synchronized (uses) {
                uses.notifyAll();
            }
        }
    }

    /** Begins a DMA that may last until its peer takes the bytes, or the region is closed; false if it is. */
    boolean hold(HeldRegions holder) {
        synchronized (uses) {
            if (holders == null) {
                holders = new ArrayList<>();
            }
            holders.add(holder);
            if (pin()) {
                return true;
            }
            holders.remove(holder);
            return false;
        }
    }

    /** Ends such a DMA. */
    void endHold(HeldRegions holder) {
        synchronized (uses) {
            holders.remove(holder);
        }
        unpin();
    }

    /** Has all who hold it let go. None is added any more: who holds it has pinned it before it was closed. */
    private void endHolds() {
        int next;
        synchronized (uses) {
            next = holders == null ? 0 : holders.size();
        }
        RuntimeException failure = null;
        Error error = null;
        // From the end: who goes meanwhile moves none behind those who have been asked.
        while (--next >= 0) {
            HeldRegions holder;
            synchronized (uses) {
                holder = next < holders.size() ? holders.get(next) : null;
            }
            try {
                if (holder != null) {
                    holder.letGo();
                }
            } catch (RuntimeException e) {
                failure = e;
            } catch (Error e) {
                error = e;
            }
        }
        if (error != null) {
            throw error;
        }
        if (failure != null) {
            throw failure;
        }
    }

    /**
     * Copies bytes in. The range is checked; rights are the caller's affair. 8 bytes in one part whose memory is a
     * multiple of 8 become visible at once, and after everything that the thread wrote before (release).
     *
     * @param offset first byte in this region
     */
    public void put(int offset, ByteBuffer source, int sourceOffset, int length) {
        if (parts.length == 1) {
            checkRange(offset, length);
            putWithin(parts[0], offset, source, sourceOffset, length, length == Long.BYTES);
        } else {
            overParts(offset, length, (part, at, done, n) -> {
                putWithin(part, at, source, sourceOffset + done, n, length == Long.BYTES);
                return n;
            });
        }
    }

    private static void putWithin(ByteBuffer part, int at, ByteBuffer source, int sourceOffset, int length,
            boolean maybeWord) {
        if (maybeWord && isWord(part, at, length)) {
            long word = source.getLong(sourceOffset);
            WORD.setRelease(part, at, source.order() == ByteOrder.LITTLE_ENDIAN ? word : Long.reverseBytes(word));
        } else {
            part.put(at, source, sourceOffset, length);
        }
    }

    private static boolean isWord(ByteBuffer part, int at, int length) {
        return length == Long.BYTES && part.alignmentOffset(at, Long.BYTES) == 0;
    }

    /**
     * Reads 8 bytes that a peer may be writing, little-endian: all of an RDMA write of these 8 or nothing of it. Who
     * sees it also sees all that came before it on its connection.
     *
     * @param offset first byte in this region; a multiple of 8 in a region that the NIC allocated
     */
    public long getWord(int offset) {
        int part = wordPart(offset);
        return (long) WORD.getAcquire(parts[part], offset - starts[part]);
    }

    /** Writes what {@link #getWord} reads. */
    public void setWord(int offset, long value) {
        int part = wordPart(offset);
        WORD.setRelease(parts[part], offset - starts[part], value);
    }

    private int wordPart(int offset) {
        checkRange(offset, Long.BYTES);
        int part = partOf(offset);
        int inPart = offset - starts[part];
        if (!isWord(parts[part], inPart, Math.min(Long.BYTES, parts[part].capacity() - inPart))) {
            throw new IllegalArgumentException("the 8 bytes at " + offset + " are not aligned in memory");
        }
        return part;
    }

    /** Copies bytes out of this region to a buffer's position, which goes on by them. */
    void copyTo(int offset, ByteBuffer target, int length) {
        int from = target.position();
        if (parts.length == 1) {
            checkRange(offset, length);
            target.put(from, parts[0], offset, length);
        } else {
            overParts(offset, length, (part, at, done, n) -> {
                target.put(from + done, part, at, n);
                return n;
            });
        }
        target.position(from + length);
    }

    /** Copies bytes out of this region into another. */
    void copyTo(int offset, MemoryRegion destination, int destinationOffset, int length) {
        overParts(offset, length, (part, at, done, n) -> {
            destination.put(destinationOffset + done, part, at, n);
            return n;
        });
    }

    /** Adds views of some of the bytes, in order, without copying them. */
    void addViews(int offset, int length, List<ByteBuffer> views) {
        overParts(offset, length, (part, at, done, n) -> {
            views.add(part.slice(at, n));
            return n;
        });
    }

    /** A view of some of the bytes without copying them; null if they don't lie in one part. */
    ByteBuffer view(int offset, int length) {
        checkRange(offset, length);
        int part = partOf(offset);
        int inPart = offset - starts[part];
        return length <= parts[part].capacity() - inPart ? parts[part].slice(inPart, length) : null;
    }

    /**
     * Reads bytes of a channel in, as many as it gives without waiting.
     *
     * @return bytes read; -1 if the channel has come to its end and gave none
     */
    int readFrom(ReadableByteChannel source, int offset, int length) throws IOException {
        return overParts(offset, length, (part, at, done, n) -> {
            int read = source.read(part.slice(at, n));
            return read < 0 && done > 0 ? 0 : read;
        });
    }

    /** What is done with a stretch of bytes that lies within one part. */
    @FunctionalInterface
    private interface Stretch<E extends Exception> {

        /**
         * Uses some of them.
         *
         * @param at   first byte in the part
         * @param done bytes before it in the whole range
         * @return how many; fewer than {@code n} ends the walk, negative too
         */
        int use(ByteBuffer part, int at, int done, int n) throws E;
    }

    /**
     * Walks a range part by part.
     *
     * @return how many bytes were used; negative if the first stretch said so
     */
    private <E extends Exception> int overParts(int offset, int length, Stretch<E> stretch) throws E {
        checkRange(offset, length);
        int part = partOf(offset);
        int inPart = offset - starts[part];
        int done = 0;
        while (done < length) {
            int n = Math.min(length - done, parts[part].capacity() - inPart);
            int used = n == 0 ? 0 : stretch.use(parts[part], inPart, done, n);
            if (used < 0) {
                return used;
            }
            done += used;
            if (used < n) {
                return done;
            }
            part++;
            inPart = 0;
        }
        return done;
    }

    private void checkRange(int offset, int length) {
        if (offset < 0 || length < 0 || offset > lengthBytes - length) {
            throw new IndexOutOfBoundsException(
                    length + " bytes at " + offset + " are not within a region of " + lengthBytes + " bytes");
        }
    }

    private static int[] startsOf(ByteBuffer[] parts) {
        int[] starts = new int[parts.length];
        for (int i = 1; i < parts.length; i++) {
            starts[i] = starts[i - 1] + parts[i - 1].capacity();
        }
        return starts;
    }

    /** The part that a byte lies in; behind the last byte, the last part. */
    private int partOf(int offset) {
        int low = 0;
        int high = starts.length - 1;
        while (low < high) {
            int middle = low + high + 1 >>> 1;
            if (starts[middle] <= offset) {
                low = middle;
            } else {
                high = middle - 1;
            }
        }
        return low;
    }

    /**
     * Deregisters: waits for DMA under way; later accesses are refused. A wire that has yet to send from here copies that
     * first, for which it takes its own locks; if it meets an Error there, its connection ends, and the Error is thrown
     * when all is done. Again does nothing.
     */
    @Override
    public void close() {
        int before = uses.getAndUpdate(n -> n | CLOSED);
        if (before >= 0) {
            domain.forget(this);
        }
        if (uses.get() == CLOSED) {
            return;
        }
        try {
            endHolds();
        } finally {
            awaitUses();
        }
    }

    private void awaitUses() {
        boolean interrupted = false;
        synchronized (uses) {
            while (uses.get() != CLOSED) {
                try {
                    uses.wait();
                } catch (InterruptedException e) {
                    // The memory must not be given back while it is written: a DMA is short and always ends.
                    interrupted = true;
                }
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public String toString() {
        return "MemoryRegion[0x" + Long.toHexString(address) + ", " + lengthBytes + " bytes]";
    }
}
