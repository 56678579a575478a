package io.batonfs.pools;

import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * Reads the journal at open, record by record, each from the first device that has a sound copy: what was forced is on
 * all of them, what was not may be on some. Used by one thread.
 */
final class JournalReader {
    private static final int WINDOW_BYTES = 256 * 1024;

    private final PoolLayout layout;
    private final PoolMembers members;
    private final long checkpoint;
    private final Window[] windows;
    private long position;
    private long sequence;

    /** Part of one device's journal. */
    private static final class Window {
        private ByteBuffer bytes = ByteBuffer.allocate(0);
        private long start;
    }

    /**
     * @param sequence number of the record before the first
     */
    JournalReader(PoolLayout layout, PoolMembers members, long checkpoint, long sequence) {
        this.layout = layout;
        this.members = members;
        this.checkpoint = checkpoint;
        this.sequence = sequence;
        this.windows = new Window[layout.metadataCopies()];
    }

    /** The next record, or null at the end. */
    JournalRecord next() throws IOException {
        JournalRecord record = at(position);
        long sector = (position + JournalFormat.SECTOR_BYTES - 1) / JournalFormat.SECTOR_BYTES
                * JournalFormat.SECTOR_BYTES;
        if (record == null && sector != position) {
            position = sector;
            record = at(sector);
        }
        if (record != null) {
            position += JournalFormat.bytes(record);
            sequence++;
        }
        return record;
    }

    /** Number of the record that {@link #next} gave last. */
    long sequence() {
        return sequence;
    }

    private JournalRecord at(long offset) throws IOException {
        for (int device = 0; device < windows.length; device++) {
            JournalRecord record = members.online(device) ? at(device, offset) : null;
            if (record != null) {
                return record;
            }
        }
        return null;
    }

    private JournalRecord at(int device, long offset) throws IOException {
        ByteBuffer header = view(device, offset, JournalFormat.HEADER_BYTES);
        if (header == null) {
            return null;
        }
        int body = JournalFormat.bodyLength(header, sequence + 1, checkpoint);
        if (body < 0) {
            return null;
        }
        ByteBuffer whole = view(device, offset, JournalFormat.HEADER_BYTES + body);
        return whole == null ? null : JournalFormat.decode(whole);
    }

    /** Bytes of one device's journal, or null if they cannot be had. */
    private ByteBuffer view(int device, long offset, int lengthBytes) {
        if (lengthBytes < 0 || offset + lengthBytes > layout.journalBytes()) {
            return null;
        }
        if (windows[device] == null) {
            windows[device] = new Window();
        }
        Window window = windows[device];
        if (offset < window.start || offset + lengthBytes > window.start + window.bytes.capacity()) {
            int size = (int) Math.min(layout.journalBytes() - offset, Math.max(WINDOW_BYTES, lengthBytes));
            ByteBuffer bytes = ByteBuffer.allocate(size);
            try {
                members.read(device, layout.journalOffset() + offset, bytes);
            } catch (IOException e) {
                // Another device's copy may serve; one that cannot be read is taken out by the checkpoint that follows.
                return null;
            }
            window.bytes = bytes;
            window.start = offset;
        }
        return window.bytes.slice((int) (offset - window.start), lengthBytes);
    }
}
