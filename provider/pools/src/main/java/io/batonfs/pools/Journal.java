package io.batonfs.pools;

import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * Writes the pool's journal, equal on every metadata device. It begins anew after each checkpoint, so that it is never
 * a ring; records of earlier rounds are told apart by the checkpoint number that they carry.
 *
 * <p>Records are written one after another under this object's lock, so that whatever is acknowledged has no hole before
 * it: after a kill the journal is whole up to the last record that was answered. Space is reserved before anything is
 * written in place. Between {@link #reserve} and {@link #append} the caller keeps checkpoints away with the
 * {@link Mutations}.
 */
final class Journal {
    /** Kept free for {@link JournalRecord.Synced}, which is written without a reservation. */
    private static final int SLACK_BYTES = 4 * JournalFormat.SECTOR_BYTES;

    private final PoolLayout layout;
    private final PoolMembers members;
    private ByteBuffer buffer = ByteBuffer.allocateDirect(64 * 1024);
    private long checkpoint;
    private long lastSequence;
    private long position;
    private long reserved;

    Journal(PoolLayout layout, PoolMembers members) {
        this.layout = layout;
        this.members = members;
    }

    /** Begins an empty journal after a checkpoint. */
    synchronized void restart(long newCheckpoint, long newLastSequence) {
        checkpoint = newCheckpoint;
        lastSequence = newLastSequence;
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
    }

    /** Writes a marker if there is room; else the caller makes a checkpoint, which does more. */
    synchronized boolean appendSynced(long sequence) throws IOException {
        JournalRecord record = new JournalRecord.Synced(sequence);
        if (position + reserved + JournalFormat.bytes(record) > layout.journalBytes()) {
            return false;
        }
        write(record);
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
        members.writeMetadata(layout.journalOffset() + position, buffer);
        position += bytes;
        lastSequence++;
    }
}
