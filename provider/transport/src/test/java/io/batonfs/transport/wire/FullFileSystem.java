package io.batonfs.transport.wire;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.FileStore;
import java.nio.file.Path;
import java.security.SecureRandom;

/** A file system that is full when a connection's file is written, though it had room when it was asked. */
public final class FullFileSystem implements SharedMemoryWire.Room {

    private FullFileSystem() {
    }

    /** A listener's wire over one. */
    public static SharedMemoryWire wire(Path base) throws IOException {
        return new SharedMemoryWire(SharedMemoryTests.config(base), new SecureRandom(), System::nanoTime,
                new FullFileSystem(), Patience.NONE);
    }

    /** A client's wire below the same directory. */
    public static SharedMemoryWire clientsWire(Path base) throws IOException {
        return new SharedMemoryWire(SharedMemoryTests.config(base));
    }

    /** A directory to listen below. */
    public static Path newBase() throws IOException {
        return SharedMemoryTests.newBase();
    }

    /** Nothing is left of any connection: neither its file nor its memory. */
    public static void checkNothingLeft(SharedMemoryWire wire, Path base) {
        SharedMemoryTests.checkNothingLeft(wire);
        SharedMemoryTests.removeBase(base);
    }

    @Override
    public long bytes(FileStore store) {
        return Long.MAX_VALUE;
    }

    @Override
    public void fill(FileChannel channel, RingLayout layout) throws IOException {
        channel.write(ByteBuffer.allocate(layout.areaBytes()), layout.controlBytes());
        throw new IOException("No space left on device");
    }
}
