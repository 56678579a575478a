package io.batonfs.pools;

import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * Writes the pool's journal, equal on every metadata device. It begins anew after each checkpoint, so that it is never
 * a ring; records of earlier rounds are told apart by the checkpoint number that they carry.
 *
 * <p>Zeros are written a good way ahead of the records: a file system that finds blocks for a sparse file as they are
 * written has to write its own journal at each force, and needs not where blocks are overwritten.
 *
 * <p>Records are written one after another under this object's lock, so that whatever is acknowledged has no hole
 * before it: after a kill the journal is whole up to the last record that was answered. Space is reserved before
 * anything is written in place. Between {@link #reserve} and {@link #append} the caller keeps checkpoints away with the
 * {@link Mutations}.
 */
final class Journal {
    /** Kept free for {@link JournalRecord.Synced}, which is written without a reservation. */
    private static final int SLACK_BYTES = 4 * JournalFormat.SECTOR_BYTES;

    /** A record of an append of a KiB has 1.2 KB: hundreds of forces find their blocks given. */
    private static final int AHEAD_BYTES = 1 << 20;

    /**
     * How many zeros are written at once. Linux keeps in one piece of the page cache what is written there first in one
     * call, and ext4 walks all blocks of a piece whenever a record is written into it: with 1 MiB that is most of what a
     * record of 1 KiB costs.
     */
    static final int ZEROS_BYTES = 16 << 10;

    private final PoolLayout layout;
    private final PoolMembers members;
    private ByteBuffer buffer = ByteBuffer.allocateDirect(64 * 1024);
    private final ByteBuffer zeros;
    private long checkpoint;
    private long lastSequence;
    /** The last record that speaks of bytes in place. */
    private long lastInPlace;
    /** Up to here a marker says that bytes in place are durable. */
    private long lastSynced;
    private long position;
    /** Up to here something was written since the pool was opened. */
    private long written;
    private long reserved;

    Journal(PoolLayout layout, PoolMembers members) {
        this.layout = layout;
        this.members = members;
        this.zeros = ByteBuffer.allocateDirect(ZEROS_BYTES);
    }

    /** Begins an empty journal after a checkpoint. */
    synchronized void restart(long newCheckpoint, long newLastSequence) {
        checkpoint = newCheckpoint;
        lastSequence = newLastSequence;
        lastInPlace = newLastSequence;
        lastSynced = newLastSequence;
        position = 0;
    }

    /** Number of the last record written. */
    synchronized long lastSequence() {
        return lastSequence;
    }

    synchronized boolean isEmpty() {
        return position == 0;
    }

    /** Sets space aside for a record, or says that there is none before the next checkpoint. */
    synchronized boolean reserve(int recordBytes) {
        if (position + reserved + recordBytes + SLACK_BYTES > layout.journalBytes()) {
            return false;
        }
        reserved += recordBytes;
        return true;
    }

    synchronized void cancel(int recordBytes) {
        reserved -= recordBytes;
    }

    /** Writes a record that space was reserved for. */
    synchronized void append(JournalRecord record) throws IOException {
        write(record);
        if (record instanceof JournalRecord.Appended appended && appended.directEnd() > appended.directStart()) {
            lastInPlace = lastSequence;
        }
    }

    /**
     * Writes a marker if one is due and there is room; returns false if there is none: then the caller makes a
     * checkpoint, which does more. What is durable and not said to be so would be cut instead of missed, if it were
     * damaged.
     */
    synchronized boolean appendSynced(long sequence) throws IOException {
        if (lastInPlace <= lastSynced) {
            return true;
        }
        JournalRecord record = new JournalRecord.Synced(sequence);
        if (position + reserved + JournalFormat.bytes(record) > layout.journalBytes()) {
            return false;
        }
        write(record);
        lastSynced = sequence;
        return true;
    }

    /** Lets the next record begin in a sector of its own, because those before are promised now. */
    synchronized void beginSector() {
        long next = (position + JournalFormat.SECTOR_BYTES - 1) / JournalFormat.SECTOR_BYTES
                * JournalFormat.SECTOR_BYTES;
        if (next + reserved + SLACK_BYTES <= layout.journalBytes()) {
            position = next;
        }
    }

    private void write(JournalRecord record) throws IOException {
        int bytes = JournalFormat.bytes(record);
        if (buffer.capacity() < bytes) {
            buffer = ByteBuffer.allocateDirect(Math.max(bytes, buffer.capacity() * 2));
        }
        buffer.clear();
        JournalFormat.encode(record, lastSequence + 1, checkpoint, buffer);
        buffer.flip();
        writeAhead(position + bytes);
        members.writeMetadata(layout.journalOffset() + position, buffer);
        position += bytes;
        lastSequence++;
    }

    /** Where nothing was written yet there is no record, nor will there be any before {@code end} but the next. */
    private void writeAhead(long end) throws IOException {
        if (end <= written) {
            return;
        }
        long until = Math.min(layout.journalBytes(), (end / AHEAD_BYTES + 1) * AHEAD_BYTES);
        long from = Math.max(written, position);
        while (from < until) {
            zeros.clear().limit((int) Math.min(zeros.capacity(), until - from));
            int bytes = zeros.remaining();
            members.writeMetadata(layout.journalOffset() + from, zeros);
            from += bytes;
        }
        written = until;
    }
}
