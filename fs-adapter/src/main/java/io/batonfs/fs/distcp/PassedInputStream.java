package io.batonfs.fs.distcp;

import java.io.EOFException;
import org.apache.hadoop.fs.FSExceptionMessages;
import org.apache.hadoop.fs.FSInputStream;

/**
 * Stands for the bytes of a file that has been copied by token: reports them without producing them, for a reader that
 * hands them to a {@link PassedOutputStream}. Buffers stay as they are. One thread.
 */
final class PassedInputStream extends FSInputStream {
    private final long lengthBytes;
    private long position;

    PassedInputStream(long lengthBytes) {
        this.lengthBytes = lengthBytes;
    }

    @Override
    public int read() {
        if (position >= lengthBytes) {
            return -1;
        }
        position++;
        return 0;
    }

    @Override
    public int read(byte[] bytes, int offset, int length) {
        int count = (int) Math.min(length, lengthBytes - position);
        if (count <= 0) {
            return length == 0 ? 0 : -1;
        }
        position += count;
        return count;
    }

    @Override
    public long skip(long count) {
        long skipped = Math.max(0, Math.min(count, lengthBytes - position));
        position += skipped;
        return skipped;
    }

    @Override
    public void seek(long target) throws EOFException {
        if (target < 0 || target > lengthBytes) {
            throw new EOFException(target < 0
                    ? FSExceptionMessages.NEGATIVE_SEEK : FSExceptionMessages.CANNOT_SEEK_PAST_EOF);
        }
        position = target;
    }

    @Override
    public long getPos() {
        return position;
    }

    @Override
    public boolean seekToNewSource(long target) {
        return false;
    }
}
