package io.batonfs.pools;

import io.batonfs.model.BatonException;
import io.batonfs.model.Epoch;
import io.batonfs.model.ErrorCode;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.atomic.LongAdder;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A pool on a region of a set of devices; {@link PoolRecovery} makes it. Reads take the segment's content lock shared
 * and nothing else; changes take the segment's appending lock and go through {@link Mutations}.
 */
final class SegmentPool implements Pool {
    private static final Logger LOG = LoggerFactory.getLogger(SegmentPool.class);
    /** Of all pools of the JVM; whoever sets it takes it away again. */
    private static volatile SegmentObserver observer = SegmentObserver.NONE;

    private final PoolParts parts;
    private final SegmentAppender appender;
    private final SegmentFreeing freeing;
    private final SegmentPacker packer;
    private final LongAdder served = new LongAdder();

    SegmentPool(PoolParts parts) {
        this.parts = parts;
        this.appender = new SegmentAppender(parts);
        this.freeing = new SegmentFreeing(parts);
        this.packer = new SegmentPacker(parts, appender, freeing);
    }

    /** From now on this one is told of what all pools of this JVM do; {@link SegmentObserver#NONE} for nobody. */
    static void tell(SegmentObserver told) {
        observer = told;
    }

    private static void touched(Segment segment, boolean write, int lengthBytes) {
        SegmentObserver told = observer;
        try {
            told.touched(segment.identity(), write, lengthBytes);
        } catch (RuntimeException | Error e) {
            // What was asked for is done: it would be wrong to say that it is not.
            observer = SegmentObserver.NONE;
            LOG.warn("{} is told no more of reads and appends, since it has failed", told, e);
        }
    }

    @Override
    public String name() {
        return parts.layout().name();
    }

    @Override
    public RaidLevel level() {
        return parts.layout().level();
    }

    @Override
    public PoolStatus status() {
        PoolLayout layout = parts.layout();
        long freeRows = Math.max(0, parts.allocator().spareRows());
        return new PoolStatus(layout.capacityBytes(), freeRows * layout.rowBytes(),
                parts.segments().slots(), parts.segments().freeSlots(), parts.members().failed(),
                parts.mended().sum() + parts.pages().mended(), parts.lost().reads(), parts.mutations().closedBecause());
    }

    @Override
    public KnownLosses lostToReaders() {
        return parts.lost().losses();
    }

    @Override
    public List<SegmentInfo> segments() {
        return parts.segments().all().stream().filter(segment -> !segment.isContainer()).map(this::info).toList();
    }

    @Override
    public SegmentInfo segment(SegmentId id) {
        Segment segment = find(id);
        return segment == null ? null : info(segment);
    }

    @Override
    public SegmentId create(SegmentIdentity identity, Epoch writeEpoch) throws IOException {
        SegmentId id = parts.segments().takeId();
        JournalRecord record = new JournalRecord.Created(id, identity, writeEpoch);
        boolean done = false;
        try {
            parts.mutations().change(JournalFormat.bytes(record), 1, recording -> {
                recording.append(record);
                parts.effects().apply(record);
            });
            done = true;
        } finally {
            if (!done) {
                parts.segments().giveBack(List.of(Segment.slot(id)));
            }
        }
        return id;
    }

    @Override
    public void append(SegmentId id, int offset, ByteBuffer data, int[] pieceCrcs, boolean force) throws IOException {
        SegmentAppender.checkPieces(offset, data, pieceCrcs);
        ForceNeed need = force ? ForceNeed.NOW : ForceNeed.NONE;
        int lengthBytes = data.remaining();
        served.add(lengthBytes);
        if (lengthBytes == 0 && offset == known(id).state().lengthBytes()) {
            parts.mutations().force(need);
            return;
        }
        Segment segment = lock(id);
        try {
            need = need.or(appender.append(segment, offset, data, pieceCrcs));
        } finally {
            segment.appending().unlock();
        }
        parts.mutations().force(need);
        if (lengthBytes > 0) {
            touched(segment, true, lengthBytes);
        }
    }

    @Override
    public void read(SegmentId id, int offset, ByteBuffer destination, int[] pieceCrcs) throws IOException {
        int lengthBytes = destination.remaining();
        served.add(lengthBytes);
        Segment segment = known(id);
        parts.reader().read(segment, offset, destination, pieceCrcs);
        touched(segment, false, lengthBytes);
    }

    @Override
    public int checksum(SegmentId id, int offset, int lengthBytes) throws IOException {
        return parts.reader().checksum(known(id), offset, lengthBytes);
    }

    @Override
    public void raiseEpoch(SegmentId id, Epoch writeEpoch) throws IOException {
        Segment segment = lock(id);
        try {
            Epoch present = segment.state().epoch();
            if (writeEpoch.compareTo(present) < 0) {
                throw new BatonException(ErrorCode.FENCED, segment + " is at " + present + ", later than " + writeEpoch
                        + "; ask for a new grant");
            }
            if (!writeEpoch.equals(present)) {
                write(new JournalRecord.EpochRaised(id, writeEpoch), 1);
            }
        } finally {
            segment.appending().unlock();
        }
        parts.mutations().force();
    }

    @Override
    public void seal(SegmentId id, int lengthBytes, boolean force) throws IOException {
        Segment segment = lock(id);
        try {
            SegmentState state = segment.state();
            if (lengthBytes < 0 || lengthBytes > state.lengthBytes()
                    || state.sealed() && lengthBytes != state.lengthBytes()) {
                throw new BatonException(ErrorCode.INVALID_ARGUMENT, segment + " has " + state.lengthBytes()
                        + (state.sealed() ? " sealed" : "") + " bytes and cannot be sealed at " + lengthBytes);
            }
            if (!state.sealed()) {
                int inLastBlock = lengthBytes % PoolLayout.BLOCK_BYTES;
                int crc = inLastBlock == 0
                        ? 0
                        : parts.reader().checksum(segment, lengthBytes - inLastBlock, inLastBlock);
                write(new JournalRecord.Sealed(id, lengthBytes, crc), 1 + state.overflowSlots().size());
            }
        } finally {
            segment.appending().unlock();
        }
        if (force) {
            parts.mutations().force();
        }
        packer.sealed(segment);
    }

    @Override
    public void free(SegmentId id, boolean force) throws IOException {
        free(id);
        if (force) {
            parts.mutations().force();
        }
    }

    @Override
    public void free(SegmentId id) throws IOException {
        Segment segment = find(id);
        if (segment != null && freeing.free(segment)) {
            parts.mutations().recycle();
            packer.freed(segment);
        }
    }

    /** Brings everything to its place; the devices stay open. */
    @Override
    public void close() throws IOException {
        packer.close();
        if (parts.mutations().isOpen()) {
            parts.mutations().checkpoint();
            parts.mutations().close(new IOException("it was closed"));
        }
    }

    /** User data that readers and appenders have asked it to move since it was opened. */
    long servedBytes() {
        return served.sum();
    }

    /** Has small segments packed while others go on, 1 MiB of them, if it pays. */
    void pack() {
        packer.ask();
    }

    /** For audits and tests, and for whoever scrubs or rebuilds. */
    PoolParts parts() {
        return parts;
    }

    private void write(JournalRecord record, int pages) throws IOException {
        parts.mutations().change(JournalFormat.bytes(record), pages, recording -> {
            recording.append(record);
            parts.allocator().putBackLater(parts.effects().apply(record));
        });
    }

    private SegmentInfo info(Segment segment) {
        return segment.info(parts.layout().rowBytes());
    }

    /** One that others may know of; null if there is none. */
    private Segment find(SegmentId id) {
        Segment segment = parts.segments().find(id);
        return segment == null || segment.isContainer() ? null : segment;
    }

    private Segment known(SegmentId id) throws BatonException {
        Segment segment = find(id);
        if (segment == null) {
            throw new BatonException(ErrorCode.INVALID_ARGUMENT, "pool " + name() + " has no segment "
                    + Long.toHexString(id.number()) + "; it was freed or never made");
        }
        return segment;
    }

    private Segment lock(SegmentId id) throws BatonException {
        Segment segment = known(id);
        segment.appending().lock();
        if (segment.freed()) {
            segment.appending().unlock();
            throw new BatonException(ErrorCode.INVALID_ARGUMENT, segment + " was freed");
        }
        return segment;
    }
}
