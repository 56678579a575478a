package io.batonfs.transport.verbs;

import java.io.Closeable;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Comparator;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Regions and queue pairs that belong together: a peer reaches only regions of its queue pair's domain. Thread-safe.
 */
public final class ProtectionDomain implements Closeable {
    private final Nic nic;
    private final Set<MemoryRegion> regions = ConcurrentHashMap.newKeySet();
    private volatile boolean closed;

    ProtectionDomain(Nic nic) {
        this.nic = nic;
    }

    /**
     * Memory of the NIC's own choosing, registered, little-endian and zero. Prefer it where memory is kept: some wires
     * are faster with, or only know, memory that they allocated.
     */
    public MemoryRegion allocate(int lengthBytes, Set<AccessRight> rights) throws VerbsException {
        return add(rights, new ByteBuffer[] {ByteBuffer.allocateDirect(lengthBytes).order(ByteOrder.LITTLE_ENDIAN)});
    }

    /**
     * Registers the bytes from position to limit of direct buffers, one after another in the region's addresses. Their
     * contents stay the caller's; the memory must live until the region is closed.
     *
     * @throws IllegalArgumentException if a buffer is on the heap, where a NIC can't reach it, or is read-only and the
     *                                  rights say write
     */
    public MemoryRegion register(Set<AccessRight> rights, ByteBuffer... buffers) throws VerbsException {
        ByteBuffer[] parts = new ByteBuffer[buffers.length];
        for (int i = 0; i < buffers.length; i++) {
            if (!buffers[i].isDirect()) {
                throw new IllegalArgumentException("a heap buffer can't be registered: the collector moves it");
            }
            if (buffers[i].isReadOnly() && !rights.isEmpty()) {
                throw new IllegalArgumentException("a read-only buffer can't be registered for writing");
            }
            parts[i] = buffers[i].slice();
        }
        return add(rights, parts);
    }

    private MemoryRegion add(Set<AccessRight> rights, ByteBuffer[] parts) throws VerbsException {
        int length = 0;
        for (ByteBuffer part : parts) {
            length = Math.addExact(length, part.capacity());
        }
        return add(rights, parts, length);
    }

    private MemoryRegion add(Set<AccessRight> rights, ByteBuffer[] parts, int length) throws VerbsException {
        long address = nic.takeAddresses(length);
        MemoryRegion region = nic.regions().add(
                handle -> new MemoryRegion(this, address, handle, rights, parts, length));
        regions.add(region);
        if (closed) {
            region.close();
            throw new VerbsException("the protection domain is closed");
        }
        return region;
    }

    void forget(MemoryRegion region) {
        nic.regions().remove(region);
        regions.remove(region);
    }

    Nic nic() {
        return nic;
    }

    /** Deregisters every region of the domain, in the order of their addresses. */
    @Override
    public void close() {
        closed = true;
        regions.stream().sorted(Comparator.comparingLong(MemoryRegion::address)).forEach(MemoryRegion::close);
    }
}
