package io.batonfs.pools;

import io.batonfs.model.BatonException;
import io.batonfs.model.ErrorCode;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.LongAdder;

/**
 * Formats and opens pools. Opening: find the last finished checkpoint; end one that was under way; load the slots;
 * replay the journal; check what was in place but not forced; make a checkpoint, so that leftovers in the journal can
 * never be taken for records of the next round. Used by one thread.
 */
final class PoolRecovery {
    /** 4096 pages of checksums: 16 MiB of memory for 16 GiB of data. */
    private static final int CHECKSUM_PAGES_IN_MEMORY = 4096;

    private final PoolLayout layout;
    private final PoolMembers members;
    private final ForcePolicy forces;

    PoolRecovery(PoolLayout layout, PoolMembers members, ForcePolicy forces) {
        this.layout = layout;
        this.members = members;
        this.forces = forces;
    }

    /**
     * Writes the header of an empty pool; pages of metadata are written when they have something to say.
     *
     * @param checkpoint the number of the first one, which no other pool that was ever on the devices has been near:
     *                   what is left of its journal must not be taken for the new one's
     */
    void format(long checkpoint) throws IOException {
        members.writeMetadata(layout.batchOffset(), ByteBuffer.allocate(BatchFormat.HEADER_BYTES));
        ByteBuffer header = PoolHeaderFormat.encode(new PoolHeaderFormat.Header(checkpoint, 0, 0, 0).everywhereSince(0));
        for (int device = 0; device < layout.devices(); device++) {
            long other = layout.headerOffset((int) ((checkpoint + 1) % 2));
            members.write(device, other, ByteBuffer.allocate(PoolHeaderFormat.BYTES));
            members.write(device, layout.headerOffset((int) (checkpoint % 2)), header.duplicate());
        }
        members.forceAll();
    }

    /**
     * Opens the pool.
     *
     * @param readOnlyBecause why nothing may be changed, or null. Then the devices are left as they are; what ends a
     *                        checkpoint that was under way must stay in memory, see {@link OverlayDevice}
     * @param doubted         devices that are older copies and in use all the same: they get no header before somebody has
     *                        looked at all blocks ({@link Mutations#believeAll})
     */
    SegmentPool open(String readOnlyBecause, long doubted) throws IOException {
        if (readOnlyBecause != null) {
            members.forbidMending();
        }
        LongAdder mended = new LongAdder();
        LostReads lost = new LostReads();
        MetadataPages pages = new MetadataPages(layout, members);
        BlockArray array = BlockArray.of(layout, members, mended);
        SegmentTable segments = new SegmentTable(layout.name(), layout.slotPages());
        ChecksumTable checksums =
                new ChecksumTable(pages, layout.slotPages(), layout.checksumPages(), CHECKSUM_PAGES_IN_MEMORY);
        SegmentReader reader = new SegmentReader(layout, array, checksums, lost);
        Checkpointer checkpointer =
                new Checkpointer(layout, members, array, segments, checksums, readHeader(), doubted);
        spreadHeader(checkpointer);
        endCheckpoint(checkpointer);
        checksums.clean(checkpointer.header().checksumPages());
        segments.load(pages, checkpointer.header().slotPages());
        RecordEffects effects = new RecordEffects(layout, array, segments, checksums, reader, checkpointer);
        UnsyncedRanges unsynced = new UnsyncedRanges();
        long lastSequence = replay(checkpointer.header(), effects, unsynced);
        effects.dropEmptyContainers();
        if (readOnlyBecause == null) {
            unsynced.settle(layout, members, array, segments, reader, effects, doubted != 0);
            checkpointer.run(lastSequence);
        }
        lost.reset();
        RowAllocator allocator = new RowAllocator(layout.rows(), layout.keptRows());
        for (Segment segment : segments.all()) {
            if (!allocator.occupy(segment.state().runs().runs())) {
                throw new BatonException(ErrorCode.DATA_LOST, "pool " + layout.name() + ": rows of " + segment
                        + " also belong to another segment or lie outside of the pool: " + segment.state().runs()
                        + "; restore the pool's devices");
            }
        }
        Journal journal = new Journal(layout, members);
        journal.restart(checkpointer.header().checkpoint(), lastSequence);
        Mutations mutations = new Mutations(layout, members, journal, checkpointer, allocator, forces);
        if (readOnlyBecause != null) {
            mutations.close(new IOException(readOnlyBecause));
        }
        return new SegmentPool(new PoolParts(layout, members, pages, array, segments, checksums, reader, effects,
                allocator, mutations, mended, lost));
    }

    private long replay(PoolHeaderFormat.Header header, RecordEffects effects, UnsyncedRanges unsynced)
            throws IOException {
        JournalReader journal = new JournalReader(layout, members, header.checkpoint(), header.sequence());
        for (JournalRecord record = journal.next(); record != null; record = journal.next()) {
            if (record instanceof JournalRecord.Synced synced) {
                unsynced.synced(synced.sequence());
                continue;
            }
            if (record instanceof JournalRecord.Appended appended) {
                unsynced.add(journal.sequence(), appended);
            }
            effects.apply(record);
        }
        return journal.sequence();
    }

    private PoolHeaderFormat.Header readHeader() throws IOException {
        PoolHeaderFormat.Header newest = null;
        List<String> reasons = new ArrayList<>();
        for (int device = 0; device < layout.metadataCopies(); device++) {
            for (int copy = 0; copy < 2; copy++) {
                ByteBuffer bytes = ByteBuffer.allocate(PoolHeaderFormat.BYTES);
                try {
                    members.read(device, layout.headerOffset(copy), bytes);
                    PoolHeaderFormat.Header header =
                            PoolHeaderFormat.decode(bytes, "header of pool " + layout.name());
                    if (newest == null || header.checkpoint() > newest.checkpoint()) {
                        newest = header;
                    }
                } catch (FormatException e) {
                    if (e.kind() == FormatException.Kind.TOO_NEW || e.kind() == FormatException.Kind.TOO_OLD) {
                        throw e;
                    }
                    reasons.add(members.name(device) + ": " + e.getMessage());
                } catch (IOException e) {
                    reasons.add(members.name(device) + ": " + e.getMessage());
                }
            }
        }
        if (newest == null) {
            throw new BatonException(ErrorCode.DATA_LOST, "pool " + layout.name() + " cannot be opened, no device has"
                    + " its header: " + reasons + "; bring back a device that has it");
        }
        return newest;
    }

    /**
     * A crash may have left the newest header on one device only, and that one may be gone at the next. The others have
     * it before the batch of its checkpoint is written over by the next one's: without either they would take what is in
     * place for the state of the checkpoint before, and replay the journal on what holds it already. So have those without
     * metadata and those that are being rebuilt: who lacks it when there is another one is taken for an older copy.
     */
    private void spreadHeader(Checkpointer checkpointer) throws IOException {
        boolean all = members.receiving() == 0 && members.shadowed() == 0;
        for (int device = 0; device < layout.devices() && all; device++) {
            all = !members.online(device) || checkpointer.doubts(device) || hasHeader(device, checkpointer.header());
        }
        if (!all) {
            checkpointer.repeatHeader();
        }
    }

    private boolean hasHeader(int device, PoolHeaderFormat.Header header) {
        ByteBuffer bytes = ByteBuffer.allocate(PoolHeaderFormat.BYTES);
        try {
            members.read(device, layout.headerOffset((int) (header.checkpoint() % 2)), bytes);
            return PoolHeaderFormat.decode(bytes, "header of pool " + layout.name()).equals(header);
        } catch (IOException e) {
            // It is written anew, which takes the device out if that fails too.
            return false;
        }
    }

    private void endCheckpoint(Checkpointer checkpointer) throws IOException {
        for (int device = 0; device < layout.metadataCopies(); device++) {
            ByteBuffer header = ByteBuffer.allocate(BatchFormat.HEADER_BYTES);
            List<BatchFormat.Entry> batch = readBatch(device, checkpointer.header().checkpoint() + 1, header);
            if (batch != null) {
                checkpointer.finish(BatchFormat.decodeHeader(header), batch);
                return;
            }
        }
    }

    /** A device's copy of a checkpoint's batch, and its header; null if there is none that is whole. */
    private List<BatchFormat.Entry> readBatch(int device, long checkpoint, ByteBuffer header) throws FormatException {
        try {
            members.read(device, layout.batchOffset(), header);
            PoolHeaderFormat.Header found = BatchFormat.decodeHeader(header);
            if (found == null || found.checkpoint() != checkpoint
                    || BatchFormat.entriesLength(header) > layout.batchBytes()) {
                return null;
            }
            ByteBuffer entries = ByteBuffer.allocate(BatchFormat.entriesLength(header));
            members.read(device, layout.batchOffset() + BatchFormat.HEADER_BYTES, entries);
            return BatchFormat.decodeEntries(header, entries);
        } catch (FormatException e) {
            throw e;
        } catch (IOException e) {
            // Another device's copy serves as well; a batch that is on none was never relied on.
            return null;
        }
    }
}
