package io.batonfs.bench.transport;

import io.batonfs.model.ResumeKey;
import io.batonfs.transport.lwio.FileProvider;
import io.batonfs.transport.lwio.LwioStatus;
import io.batonfs.transport.lwio.RegisteredFile;
import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * {@link ServedFile} behind a Fid. A write is answered when its bytes lie in the server's memory, where LWIO puts them,
 * and have been looked at: as with every other carrier. Every key opens it.
 */
final class LwioFile implements RegisteredFile {
    private final ServedFile file;

    private LwioFile(ServedFile file) {
        this.file = file;
    }

    static FileProvider provider() {
        ServedFile file = new ServedFile();
        return (ResumeKey key, long sessionId, boolean writeThrough, boolean checksummed) -> new LwioFile(file);
    }

    @Override
    public void read(long offset, ByteBuffer destination, int[] pieceCrcs, IoResult result) {
        result.complete(LwioStatus.SUCCESS, copy(offset, destination));
    }

    @Override
    public boolean readAtOnce(long offset, ByteBuffer destination, int[] pieceCrcs) {
        copy(offset, destination);
        return true;
    }

    private int copy(long offset, ByteBuffer destination) {
        int length = destination.remaining();
        destination.put(destination.position(), file.segment(offset), ServedFile.place(offset), length);
        return length;
    }

    @Override
    public void write(long offset, ByteBuffer source, int[] pieceCrcs, IoResult result) {
        try {
            Content.spotCheck(source, source.position(), source.remaining(), offset);
            Content.clearSpots(source.slice(), source.remaining()); // or what is left of this one would pass for the next
            result.complete(LwioStatus.SUCCESS, source.remaining());
        } catch (IOException e) {
            result.complete(LwioStatus.DATA_ERROR, 0);
        }
    }

    @Override
    public void close() {
        // Nothing was opened.
    }
}
