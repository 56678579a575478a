package io.batonfs.fs.distcp;

import java.io.IOException;
import org.apache.hadoop.fs.FSDataInputStream;
import org.apache.hadoop.fs.FSInputStream;

/** A source that is streamed; once its last byte has been read, it has to be what it was. One thread. */
final class WatchedInputStream extends FSInputStream {
    private final FSDataInputStream in;
    private final long end;
    private final OffloadSession session;
    private boolean checked;

    /**
     * A stream over another, which is closed with it.
     *
     * @param end the position after the last byte that is wanted
     */
    WatchedInputStream(FSDataInputStream in, long end, OffloadSession session) {
        this.in = in;
        this.end = end;
        this.session = session;
    }

    @Override
    public int read() throws IOException {
        int oneByte = in.read();
        checkAtEnd(oneByte);
        return oneByte;
    }

    @Override
    public int read(byte[] bytes, int offset, int length) throws IOException {
        int count = in.read(bytes, offset, length);
        checkAtEnd(count);
        return count;
    }

    /** Before what was read is handed over: the writer must not come to believe that it has all. */
    private void checkAtEnd(int lastRead) throws IOException {
        if (!checked && (lastRead < 0 || in.getPos() >= end)) {
            checked = true;
            session.checkSource();
        }
    }

    @Override
    public void seek(long target) throws IOException {
        in.seek(target);
    }

    @Override
    public long getPos() throws IOException {
        return in.getPos();
    }

    @Override
    public boolean seekToNewSource(long target) throws IOException {
        return in.seekToNewSource(target);
    }

    @Override
    public int available() throws IOException {
        return in.available();
    }

    @Override
    public void close() throws IOException {
        in.close();
    }
}
