package io.batonfs.transport.lwio;

import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Iterator;
import java.util.TreeMap;

/** What a file should be: its bytes, and so much of its past as those who are reading it may still see. One thread. */
final class ModelFile {
    static final int BYTES = 64 * 1024;

    private final byte[] bytes = new byte[BYTES];
    private long version;
    /** What writes have replaced, newest first. */
    private final ArrayDeque<Replaced> past = new ArrayDeque<>();
    /** The versions at which reads began that have not ended, with their number. */
    private final TreeMap<Long, Integer> readers = new TreeMap<>();

    private record Replaced(long version, int offset, byte[] bytes) {
    }

    void write(long offset, byte[] data) {
        version++;
        int at = (int) offset;
        if (!readers.isEmpty()) {
            past.addFirst(new Replaced(version, at, Arrays.copyOfRange(bytes, at, at + data.length)));
        }
        System.arraycopy(data, 0, bytes, at, data.length);
    }

    byte[] read(long offset, int length) {
        return Arrays.copyOfRange(bytes, (int) offset, (int) offset + length);
    }

    /** A read is sent: from now on the past is kept. */
    long beginRead() {
        readers.merge(version, 1, Integer::sum);
        return version;
    }

    /** Whether something was written since a read began. */
    boolean changedSince(long began) {
        return version != began;
    }

    void endRead(long began) {
        readers.merge(began, -1, (count, one) -> count == 1 ? null : count + one);
        if (readers.isEmpty()) {
            past.clear();
            return;
        }
        for (Iterator<Replaced> oldest = past.descendingIterator(); oldest.hasNext();) {
            if (oldest.next().version > readers.firstKey()) {
                return;
            }
            oldest.remove();
        }
    }

    /** Whether a range had these bytes at some moment since a read began. */
    boolean hadSince(long began, long offset, byte[] found) {
        byte[] then = read(offset, found.length);
        if (Arrays.equals(then, found)) {
            return true;
        }
        for (Replaced write : past) {
            if (write.version <= began) {
                return false;
            }
            int from = (int) Math.max(offset, write.offset);
            int to = (int) Math.min(offset + found.length, (long) write.offset + write.bytes.length);
            if (from < to) {
                System.arraycopy(write.bytes, from - write.offset, then, (int) (from - offset), to - from);
                if (Arrays.equals(then, found)) {
                    return true;
                }
            }
        }
        return false;
    }
}
