package io.batonfs.fs;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.WritableByteChannel;
import org.apache.hadoop.fs.FSDataOutputStream;
import org.apache.hadoop.fs.FileSystem;

/**
 * What {@code create} and {@code append} return: Hadoop's stream, which is also a channel, since Hadoop's own interface
 * knows arrays only, and those can't leave from where they are. {@link #write(ByteBuffer)} of a direct buffer of 64 KiB
 * or more makes no copy and returns when the bytes are acknowledged; until then nobody may change them, and if somebody
 * does, the write fails. Thread-safe, as {@link BatonOutputStream} is.
 */
final class BatonDataOutputStream extends FSDataOutputStream implements WritableByteChannel {
    private final BatonOutputStream stream;
    private final FileSystem.Statistics statistics;

    /** @param positionBytes where in the file it begins */
    BatonDataOutputStream(BatonOutputStream stream, FileSystem.Statistics statistics, long positionBytes) {
        super(stream, statistics, positionBytes);
        this.stream = stream;
        this.statistics = statistics;
    }

    @Override
    public int write(ByteBuffer from) throws IOException {
        int written = stream.write(from);
        statistics.incrementBytesWritten(written);
        return written;
    }

    @Override
    public long getPos() {
        return stream.position();
    }

    @Override
    public boolean isOpen() {
        return stream.isOpen();
    }
}
