package io.batonfs.limits;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.zip.CRC32C;
import org.apache.hadoop.fs.FSDataInputStream;
import org.apache.hadoop.fs.FSDataOutputStream;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.fs.permission.FsPermission;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * A file of many pages, written in odd pieces, read by position, appended to, cut, copied by token; its checksum against
 * one that is computed beside. {@code -Dlimits.file.bytes=N} says how big.
 */
@Tag("soak")
class BigFileTest extends OnOneGroup {
    private static final long BYTES = Long.getLong("limits.file.bytes", (300L << 20) + 12_345);
    private static final int PAGE_BYTES = 32 << 20;
    private static final int APPENDED_BYTES = 3 * (PAGE_BYTES / 4) + 7;
    private static final int MOST_AT_ONCE = 3 << 20;
    private static final int RANDOM_READS = 300;
    /** Room for the file, what is appended to it and to its copy, with the same again for what is not reclaimed yet. */
    private static final long DEVICE_BYTES = Math.max(2L << 30, 2 * BYTES);

    private static final Path FILE = new Path("/big");
    private static final Path COPY = new Path("/copy");

    private final Random random = new Random(Limits.SEED);

    @Override
    long deviceBytes() {
        return DEVICE_BYTES;
    }

    @Test
    void bigFileKeepsEveryByte() throws Exception {
        System.out.println("limits.seed=" + Limits.SEED);
        CRC32C crc = new CRC32C();
        try (FSDataOutputStream out = fs.create(FILE)) {
            timed("written", BYTES, () -> write(out, 0, BYTES, crc));
        }
        holds(FILE, BYTES, crc);
        timed("read", BYTES, () -> readsThrough(FILE, BYTES));
        readsAnywhere(FILE, BYTES);

        fs.copyByToken(FILE, Optional.empty(), 0, -1, COPY, FsPermission.getFileDefault(), (short) 1,
                fs.getDefaultBlockSize(COPY));
        try (FSDataOutputStream out = fs.append(FILE)) {
            assertThat(out.getPos()).isEqualTo(BYTES);
            write(out, BYTES, APPENDED_BYTES, crc);
        }
        holds(FILE, BYTES + APPENDED_BYTES, crc);
        readsAnywhere(FILE, BYTES + APPENDED_BYTES);
        holds(COPY, BYTES, crcOf(BYTES));

        restart();
        holds(FILE, BYTES + APPENDED_BYTES, crc);
        readsAnywhere(FILE, BYTES + APPENDED_BYTES);
        cutAndGrownAgain(BYTES / 2 + 13);
        assertThat(fs.delete(FILE, false)).isTrue();
        timed("copy read", BYTES, () -> readsThrough(COPY, BYTES));
    }

    private void cutAndGrownAgain(long length) throws IOException {
        assertThat(fs.truncate(FILE, length)).as("done at once").isTrue();
        CRC32C crc = crcOf(length);
        holds(FILE, length, crc);
        readsAnywhere(FILE, length);
        try (FSDataOutputStream out = fs.append(FILE)) {
            write(out, length, APPENDED_BYTES, crc);
        }
        holds(FILE, length + APPENDED_BYTES, crc);
        readsAnywhere(FILE, length + APPENDED_BYTES);
    }

    /** In pieces from one byte to some megabytes, so that boundaries of pages and extents are met at odd places. */
    private void write(FSDataOutputStream out, long from, long length, CRC32C crc) throws IOException {
        long end = from + length;
        for (long position = from; position < end;) {
            int most = random.nextInt(8) == 0 ? 17 : MOST_AT_ONCE;
            byte[] bytes = PositionPattern.bytes(position, (int) Math.min(end - position, 1 + random.nextInt(most)));
            out.write(bytes);
            crc.update(bytes);
            position += bytes.length;
            if (random.nextInt(50) == 0) {
                out.hflush();
            }
        }
    }

    private void holds(Path file, long length, CRC32C crc) throws IOException {
        assertThat(fs.getFileStatus(file).getLen()).isEqualTo(length);
        assertThat(ByteBuffer.wrap(fs.getFileChecksum(file).getBytes()).getInt())
                .as("CRC32C of %s", file).isEqualTo((int) crc.getValue());
    }

    private void readsThrough(Path file, long length) throws IOException {
        byte[] buffer = new byte[1 << 20];
        try (FSDataInputStream in = fs.open(file)) {
            long position = 0;
            for (int count = in.read(buffer); count >= 0; count = in.read(buffer)) {
                assertThat(PositionPattern.firstWrong(position, buffer, count)).as("first wrong byte").isEqualTo(-1);
                position += count;
            }
            assertThat(position).isEqualTo(length);
        }
    }

    /** Around every boundary of a page, at both ends, and anywhere; by position and after a seek. */
    private void readsAnywhere(Path file, long length) throws IOException {
        List<Long> positions = new ArrayList<>();
        for (long page = 0; page < length; page += PAGE_BYTES) {
            positions.add(Math.max(0, page - 1 - random.nextInt(1000)));
        }
        for (int i = 0; i < RANDOM_READS; i++) {
            positions.add((long) (random.nextDouble() * length));
        }
        positions.add(length - 1);
        try (FSDataInputStream in = fs.open(file)) {
            for (long position : positions) {
                byte[] read = new byte[(int) Math.min(length - position, 1 + random.nextInt(100_000))];
                if (random.nextBoolean()) {
                    in.readFully(position, read);
                } else {
                    in.seek(position);
                    in.readFully(read);
                }
                assertThat(PositionPattern.firstWrong(position, read, read.length))
                        .as("first wrong byte of %d from %d", read.length, position).isEqualTo(-1);
            }
            assertThat(in.read(length, new byte[1], 0, 1)).as("there is nothing at the end").isEqualTo(-1);
        }
    }

    private static CRC32C crcOf(long length) {
        CRC32C crc = new CRC32C();
        for (long position = 0; position < length; position += MOST_AT_ONCE) {
            crc.update(PositionPattern.bytes(position, (int) Math.min(MOST_AT_ONCE, length - position)));
        }
        return crc;
    }

    @FunctionalInterface
    private interface Work {
        void run() throws IOException;
    }

    /** For reports; nothing depends on it. */
    private static void timed(String what, long bytes, Work work) throws IOException {
        long start = System.nanoTime();
        work.run();
        System.out.printf("%s: %.0f MB/s, pattern included%n", what, bytes / 1e6 / ((System.nanoTime() - start) / 1e9));
    }
}
