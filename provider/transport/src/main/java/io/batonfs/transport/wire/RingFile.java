package io.batonfs.transport.wire;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.HexFormat;
import java.util.Random;
import java.util.Set;

/**
 * Makes and opens the files that connections share. A file is written as a whole when it is made, so that a full file
 * system shows there, and not as a fault in the middle of an access.
 */
final class RingFile {
    private static final ByteBuffer ZEROS = ByteBuffer.allocateDirect(64 * 1024).asReadOnlyBuffer();

    private RingFile() {
    }

    /** A name that nobody can guess. */
    static String newName(Random random) {
        byte[] name = new byte[SharedMemoryHello.NAME_BYTES];
        random.nextBytes(name);
        return HexFormat.of().formatHex(name);
    }

    /**
     * Makes a file, with mode 0600, or 0666 for others too: then its directory must not let them list it. If it can't
     * be made, nothing is left of it.
     *
     * @param roomBytes that the file system has left
     * @param filler    has the file system find room for the areas
     * @throws NoRoom      if the file system has no room for all of it
     * @throws IOException if it can't be made for another reason
     */
    static RingMemory make(Path file, long roomBytes, RingLayout layout, boolean forOthers, Filler filler)
            throws IOException {
        if (roomBytes < layout.totalBytes()) {
            throw new NoRoom(layout.totalBytes() + " bytes for a connection do not fit into the " + roomBytes
                    + " that are left at " + file.getParent() + ": make that file system larger, or the rings smaller",
                    null);
        }
        String mode = forOthers ? "rw-rw-rw-" : "rw-------";
        FileChannel channel = FileChannel.open(file, Set.of(StandardOpenOption.CREATE_NEW,
                StandardOpenOption.READ, StandardOpenOption.WRITE),
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        boolean made = false;
        try {
            Files.setPosixFilePermissions(file, PosixFilePermissions.fromString(mode));
            ByteBuffer control = ByteBuffer.allocate(layout.controlBytes()).order(ByteOrder.LITTLE_ENDIAN);
            control.putLong(RingLayout.MAGIC_OFFSET, RingLayout.MAGIC)
                    .putInt(RingLayout.VERSION_OFFSET, RingLayout.VERSION)
                    .putInt(RingLayout.SLOTS_OFFSET, layout.slots())
                    .putInt(RingLayout.AREA_OFFSET, layout.areaBytes());
            writeAll(channel, control, filler, layout);
            RingMemory memory = RingMemory.map(channel, layout.totalBytes());
            made = true;
            return memory;
        } finally {
            if (!made) {
                try {
                    channel.close();
                } finally {
                    Files.deleteIfExists(file);
                }
            }
        }
    }

    private static void writeAll(FileChannel channel, ByteBuffer control, Filler filler, RingLayout layout)
            throws NoRoom {
        try {
            while (control.hasRemaining()) {
                channel.write(control);
            }
            filler.fill(channel, layout);
        } catch (IOException e) {
            throw new NoRoom(e.getMessage(), e);
        }
    }

    /** The file system has no room for a file, or less than it said: unlike all else, a larger one helps. */
    static final class NoRoom extends IOException {
        private static final long serialVersionUID = 1;

        NoRoom(String message, Throwable cause) {
            super(message, cause);
        }
    }

    /** Has a file system find room for a file. */
    interface Filler {
        void fill(FileChannel channel, RingLayout layout) throws IOException;
    }

    /** By zeros, that are there already as far as anybody can tell. */
    static void fill(FileChannel channel, RingLayout layout) throws IOException {
        ByteBuffer zeros = ZEROS.duplicate();
        for (long at = layout.controlBytes(); at < layout.totalBytes(); at += channel.write(zeros, at)) {
            zeros.clear().limit((int) Math.min(zeros.capacity(), layout.totalBytes() - at));
        }
    }

    /**
     * Maps a file that a peer made.
     *
     * @throws RingViolation if it is none, or not as long as it should be
     */
    static RingMemory open(Path file, RingLayout layout) throws IOException {
        FileChannel channel;
        try {
            channel = FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE,
                    LinkOption.NOFOLLOW_LINKS);
        } catch (NoSuchFileException e) {
            throw (IOException) new RingViolation("the ring file is not there any more: the listener has gone")
                    .initCause(e);
        }
        boolean mapped = false;
        try {
            if (channel.size() != layout.totalBytes()) {
                throw new RingViolation("the ring file has " + channel.size() + " bytes, not " + layout.totalBytes());
            }
            RingMemory memory = RingMemory.map(channel, layout.totalBytes());
            mapped = true;
            return memory;
        } finally {
            if (!mapped) {
                channel.close();
            }
        }
    }
}
