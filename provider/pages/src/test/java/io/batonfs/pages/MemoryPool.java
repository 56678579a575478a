package io.batonfs.pages;

import io.batonfs.model.BatonException;
import io.batonfs.model.Epoch;
import io.batonfs.model.ErrorCode;
import io.batonfs.model.PageGeometry;
import io.batonfs.pools.Pool;
import io.batonfs.pools.PoolStatus;
import io.batonfs.pools.RaidLevel;
import io.batonfs.pools.SegmentId;
import io.batonfs.pools.SegmentIdentity;
import io.batonfs.pools.SegmentInfo;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.zip.CRC32C;

/**
 * A pool in memory that fails and stalls where a test says so, loses what was not forced when a test cuts the power,
 * and notes every breach of the contract of {@link Pool} by its user.
 */
final class MemoryPool implements Pool {
    enum Op { CREATE, APPEND, READ, CHECKSUM, RAISE_EPOCH, SEAL, FREE }

    /** What a test does to operations. */
    interface Fault {

        /** Called before anything is done; may block, or throw so that nothing is. */
        default void before(Op op, SegmentId segment) throws IOException {
        }

        /** Called when all is done; may throw all the same. */
        default void after(Op op, SegmentId segment) throws IOException {
        }

        /** How many bytes of an append are kept; fewer than given makes it fail. */
        default int keep(SegmentId segment, int bytes) {
            return bytes;
        }
    }

    private static final class Segment {
        final SegmentIdentity identity;
        final byte[] bytes;
        final AtomicInteger appending = new AtomicInteger();
        final AtomicInteger reading = new AtomicInteger();
        volatile int length;
        int forcedLength;
        volatile Epoch epoch;
        volatile boolean sealed;

        Segment(SegmentIdentity identity, Epoch epoch, int pageBytes) {
            this.identity = identity;
            this.epoch = epoch;
            this.bytes = new byte[pageBytes];
        }
    }

    private static final Fault NONE = new Fault() { };

    final ConcurrentLinkedQueue<String> breaches = new ConcurrentLinkedQueue<>();
    final AtomicInteger forces = new AtomicInteger();
    volatile Fault fault = NONE;
    volatile long capacityBytes = Long.MAX_VALUE;
    /** Why it says that it takes no changes, or null. */
    volatile String closedBecause;
    volatile RaidLevel level = RaidLevel.RAID_0;

    private final String name;
    private final PageGeometry geometry;
    private final AtomicLong nextId = new AtomicLong();
    private final AtomicLong used = new AtomicLong();
    private final Map<SegmentId, Segment> segments = new ConcurrentHashMap<>();

    MemoryPool(String name, PageGeometry geometry) {
        this.name = name;
        this.geometry = geometry;
    }

    void heal() {
        fault = NONE;
    }

    /** Forgets what was not forced. */
    void cutPower() {
        segments.values().forEach(segment -> {
            if (!segment.sealed) {
                segment.length = segment.forcedLength;
            }
        });
    }

    /** Loses the end of a page, seal or not, as a power cut may do to bytes that were not forced. */
    void cut(long page, int lengthBytes) {
        segments.values().stream().filter(segment -> segment.identity.page() == page)
                .forEach(segment -> segment.length = lengthBytes);
    }

    /** What lies on the pool of one page, whoever wrote it; for checks behind the engine's back. */
    byte[] held(long page) {
        for (Segment segment : segments.values()) {
            if (segment.identity.page() == page) {
                return Arrays.copyOf(segment.bytes, segment.length);
            }
        }
        return null;
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public RaidLevel level() {
        return level;
    }

    @Override
    public PoolStatus status() {
        return new PoolStatus(capacityBytes, Math.max(0, capacityBytes - used.get()), 1, 1, List.of(), 0, 0,
                Optional.ofNullable(closedBecause));
    }

    @Override
    public List<SegmentInfo> segments() {
        List<SegmentInfo> all = new ArrayList<>();
        segments.keySet().forEach(id -> all.add(segment(id)));
        return all;
    }

    @Override
    public SegmentInfo segment(SegmentId id) {
        Segment s = segments.get(id);
        return s == null ? null : new SegmentInfo(id, s.identity, s.epoch, s.length, s.length, s.sealed);
    }

    @Override
    public SegmentId create(SegmentIdentity identity, Epoch writeEpoch) throws IOException {
        SegmentId id = new SegmentId(nextId.getAndIncrement());
        fault.before(Op.CREATE, id);
        if (used.get() >= capacityBytes) {
            throw new BatonException(ErrorCode.NO_SPACE, "pool " + name + " is full");
        }
        segments.put(id, new Segment(identity, writeEpoch, geometry.pageBytes()));
        fault.after(Op.CREATE, id);
        return id;
    }

    @Override
    public void append(SegmentId id, int offset, ByteBuffer data, int[] pieceCrcs, boolean force) throws IOException {
        Segment s = known(id);
        if (s.appending.incrementAndGet() != 1) {
            breaches.add("two appends at once to " + id);
        }
        try {
            fault.before(Op.APPEND, id);
            if (s.sealed || offset != s.length) {
                breaches.add("append at " + offset + " of " + segment(id));
                throw new BatonException(ErrorCode.INVALID_ARGUMENT, "append at " + offset + " of " + segment(id));
            }
            int bytes = data.remaining();
            if (!Arrays.equals(crcs(offset, data), pieceCrcs)) {
                throw new BatonException(ErrorCode.CHECKSUM_MISMATCH, "checksum does not match");
            }
            if (used.get() + bytes > capacityBytes) {
                throw new BatonException(ErrorCode.NO_SPACE, "pool " + name + " is full");
            }
            int keep = fault.keep(id, bytes);
            data.duplicate().get(s.bytes, offset, bytes);
            used.addAndGet(keep);
            s.length = offset + keep;
            if (keep < bytes) {
                throw new IOException("the append was torn");
            }
            if (force) {
                forces.incrementAndGet();
                s.forcedLength = s.length;
            }
            fault.after(Op.APPEND, id);
        } finally {
            s.appending.decrementAndGet();
        }
    }

    @Override
    public void read(SegmentId id, int offset, ByteBuffer destination, int[] pieceCrcs) throws IOException {
        Segment s = known(id);
        s.reading.incrementAndGet();
        try {
            fault.before(Op.READ, id);
            if (offset + destination.remaining() > s.length) {
                throw new BatonException(ErrorCode.INVALID_ARGUMENT, "read beyond the length of " + segment(id));
            }
            ByteBuffer source = ByteBuffer.wrap(s.bytes, offset, destination.remaining());
            int[] crcs = crcs(offset, source.duplicate());
            System.arraycopy(crcs, 0, pieceCrcs, 0, crcs.length);
            destination.put(source);
            fault.after(Op.READ, id);
        } finally {
            s.reading.decrementAndGet();
        }
    }

    @Override
    public int checksum(SegmentId id, int offset, int lengthBytes) throws IOException {
        Segment s = known(id);
        fault.before(Op.CHECKSUM, id);
        CRC32C crc = new CRC32C();
        crc.update(s.bytes, offset, lengthBytes);
        return (int) crc.getValue();
    }

    @Override
    public void raiseEpoch(SegmentId id, Epoch writeEpoch) throws IOException {
        Segment s = known(id);
        fault.before(Op.RAISE_EPOCH, id);
        if (writeEpoch.compareTo(s.epoch) < 0) {
            throw new BatonException(ErrorCode.FENCED, writeEpoch + " is older than " + s.epoch);
        }
        s.epoch = writeEpoch;
        fault.after(Op.RAISE_EPOCH, id);
    }

    @Override
    public void seal(SegmentId id, int lengthBytes, boolean force) throws IOException {
        Segment s = known(id);
        if (s.appending.get() != 0) {
            breaches.add("seal during an append to " + id);
        }
        fault.before(Op.SEAL, id);
        if (lengthBytes > s.length || s.sealed && lengthBytes != s.length) {
            throw new BatonException(ErrorCode.INVALID_ARGUMENT, "seal at " + lengthBytes + " of " + segment(id));
        }
        used.addAndGet(lengthBytes - s.length);
        s.length = lengthBytes;
        s.sealed = true;
        if (force) {
            forces.incrementAndGet();
            s.forcedLength = lengthBytes;
        }
    }

    @Override
    public void free(SegmentId id, boolean force) throws IOException {
        fault.before(Op.FREE, id);
        if (force) {
            forces.incrementAndGet();
        }
        Segment s = segments.remove(id);
        if (s != null) {
            if (s.reading.get() != 0 || s.appending.get() != 0) {
                breaches.add("freed while in use: " + id);
            }
            Arrays.fill(s.bytes, (byte) 0xDD);
            used.addAndGet(-s.length);
        }
    }

    @Override
    public void close() {
        segments.clear();
    }

    private Segment known(SegmentId id) throws BatonException {
        Segment s = segments.get(id);
        if (s == null) {
            breaches.add("use of unknown segment " + id);
            throw new BatonException(ErrorCode.INVALID_ARGUMENT, "there is no segment " + id.number());
        }
        return s;
    }

    private int[] crcs(int offset, ByteBuffer data) {
        return Pieces.crcs(geometry, offset, data);
    }
}
