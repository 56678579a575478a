package io.batonfs.leaks;

import io.batonfs.fs.BatonFileSystem;
import io.batonfs.protocol.OffloadReadResult;
import io.batonfs.protocol.TokenLimits;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.net.URI;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FSDataInputStream;
import org.apache.hadoop.fs.FSDataOutputStream;
import org.apache.hadoop.fs.FileAlreadyExistsException;
import org.apache.hadoop.fs.FileRange;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.fs.XAttrSetFlag;
import org.apache.hadoop.fs.permission.FsPermission;

/**
 * What one thread of a client does: random calls on a few files of a directory of its own. Whatever it opens it leaves
 * in one of the ways that users have: closed, left to the file system's close, or to nobody. Whether bytes are right
 * is other tests' affair. Belongs to its thread.
 */
final class Mix {
    private static final int NAMES = 6;
    private static final int MOST_BYTES = 1 << 20;
    private static final TokenLimits SHORT = new TokenLimits(2000, 2000);
    private static final TokenLimits LONG = new TokenLimits(300_000, 300_000);

    private final URI uri;
    private final Configuration conf;
    private final BatonFileSystem fs;
    private final Path home;
    private final Random random;
    private final byte[] bytes = new byte[MOST_BYTES];
    private final Map<String, Integer> refusals = new TreeMap<>();

    /** The kinds of calls, each as likely as the others. */
    private enum Kind {
        WRITE, HSYNC, APPEND, READ, PREAD, VECTORED, RENAME, DELETE, TRUNCATE, CONCAT, COPY, CLONE, TOKEN,
        EXPIRING_TOKEN, ATTRIBUTES, LIST, FAIL, DELETED_WHILE_OPEN, LEFT_OPEN, SESSION
    }

    /**
     * A thread's work.
     *
     * @param fs   the file system of the client, which others use too and which stays open
     * @param home a directory of its own, yet to be made
     */
    Mix(URI uri, Configuration conf, BatonFileSystem fs, Path home, long seed) {
        this.uri = uri;
        this.conf = conf;
        this.fs = fs;
        this.home = home;
        this.random = new Random(seed);
        random.nextBytes(bytes);
    }

    /** Makes one call, or a few that belong together. What is refused is counted, as there is chance in what it meets. */
    void call() throws Exception {
        Kind kind = Kind.values()[random.nextInt(Kind.values().length)];
        try {
            perform(kind);
        } catch (IOException e) {
            refusals.merge(kind + ": " + e.getClass().getSimpleName(), 1, Integer::sum);
        }
    }

    private void perform(Kind kind) throws Exception {
        switch (kind) {
            case WRITE -> write(fs, any(), random.nextInt(MOST_BYTES));
            case HSYNC -> hsync();
            case APPEND -> append();
            case READ -> read(fs, any());
            case PREAD -> pread();
            case VECTORED -> vectored();
            case RENAME -> fs.rename(any(), any());
            case DELETE -> fs.delete(any(), false);
            case TRUNCATE -> truncate();
            case CONCAT -> concat();
            case COPY -> fs.copyByToken(any(), Optional.empty(), 0, -1, any(), FsPermission.getFileDefault(), (short) 1,
                    fs.getDefaultBlockSize(home));
            case CLONE -> cloneTree();
            case TOKEN -> token(LONG, true);
            case EXPIRING_TOKEN -> token(SHORT, false);
            case ATTRIBUTES -> attributes();
            case LIST -> list();
            case FAIL -> fail();
            case DELETED_WHILE_OPEN -> deletedWhileOpen();
            case LEFT_OPEN -> leftOpen(fs);
            case SESSION -> session();
            default -> throw new AssertionError(kind);
        }
    }

    private Path any() {
        return new Path(home, "f" + random.nextInt(NAMES));
    }

    private void write(FileSystem to, Path file, int length) throws IOException {
        try (FSDataOutputStream out = to.create(file, true)) {
            out.write(bytes, 0, length);
        }
    }

    private void hsync() throws IOException {
        try (FSDataOutputStream out = fs.create(any(), true)) {
            for (int i = 0; i < 3; i++) {
                out.write(bytes, 0, 1 + random.nextInt(1000));
                out.hsync();
            }
        }
    }

    private void append() throws IOException {
        try (FSDataOutputStream out = fs.append(any())) {
            out.write(bytes, 0, random.nextInt(MOST_BYTES / 4));
            out.hflush();
        }
    }

    private void read(FileSystem from, Path file) throws IOException {
        byte[] buffer = new byte[128 << 10];
        try (FSDataInputStream in = from.open(file)) {
            for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
                if (random.nextInt(20) == 0) {
                    return; // read-ahead is under way
                }
            }
        }
    }

    private void pread() throws IOException {
        byte[] buffer = new byte[4096];
        try (FSDataInputStream in = fs.open(any())) {
            for (int i = 0; i < 8; i++) {
                in.read(random.nextInt(MOST_BYTES), buffer, 0, buffer.length);
            }
        }
    }

    private void vectored() throws Exception {
        Path file = any();
        int length = (int) Math.min(MOST_BYTES, fs.getFileStatus(file).getLen());
        List<FileRange> ranges = new ArrayList<>();
        for (int i = 0; i + 1 < length / 10_000 && i < 10; i++) {
            ranges.add(FileRange.createFileRange(i * 10_000L, 1 + random.nextInt(9000)));
        }
        Collections.shuffle(ranges, random);
        try (FSDataInputStream in = fs.open(file)) {
            in.readVectored(ranges, ByteBuffer::allocate);
            if (random.nextInt(3) == 0) {
                return; // closed with ranges under way
            }
            for (FileRange range : ranges) {
                range.getData().get();
            }
        } catch (ExecutionException | CompletionException e) {
            throw new IOException("a range was not read", e);
        }
    }

    private void truncate() throws IOException {
        Path file = any();
        fs.truncate(file, random.nextInt(1 + (int) Math.min(MOST_BYTES, fs.getFileStatus(file).getLen())));
    }

    private void concat() throws IOException {
        Path tail = new Path(home, "tail");
        write(fs, tail, 1 + random.nextInt(10_000));
        fs.concat(any(), new Path[] {tail});
    }

    private void cloneTree() throws IOException {
        Path clones = new Path(home.getParent(), "clones-of-" + home.getName());
        fs.mkdirs(clones);
        Path clone = new Path(clones, "clone");
        fs.cloneTree(home, clone, true);
        write(fs, new Path(clone, "f" + random.nextInt(NAMES)), random.nextInt(MOST_BYTES));
        fs.rename(new Path(clone, "f0"), new Path(clone, "renamed"));
        if (random.nextBoolean()) {
            fs.delete(clones, true);
        }
    }

    private void token(TokenLimits limits, boolean revoke) throws Exception {
        OffloadReadResult.Granted granted = fs.offloadTokens().create(any(), 0, -1, limits);
        if (random.nextBoolean()) {
            fs.offloadTokens().use(granted.token(), 0, -1, any(), true);
        }
        if (revoke) {
            fs.offloadTokens().revoke(granted.token());
            mustFail(() -> fs.offloadTokens().use(granted.token(), 0, -1, any(), true));
        }
    }

    private void attributes() throws IOException {
        Path file = any();
        fs.setXAttr(file, "user.x" + random.nextInt(3), new byte[random.nextInt(1000)],
                EnumSet.of(XAttrSetFlag.CREATE, XAttrSetFlag.REPLACE));
        fs.setTimes(file, random.nextInt(), -1);
        fs.setPermission(file, new FsPermission((short) (0600 | random.nextInt(0100))));
    }

    private void list() throws IOException {
        fs.listStatus(home);
        fs.getContentSummary(home.getParent());
        fs.getFileChecksum(any());
    }

    /** A call that ought to fail and leave nothing. */
    private interface Call {
        void run() throws Exception;
    }

    private static void mustFail(Call call) throws Exception {
        try {
            call.run();
        } catch (IOException e) {
            return;
        }
        throw new AssertionError("a call that had to fail did not");
    }

    private void fail() throws Exception {
        mustFail(() -> fs.open(new Path(home, "absent")).close());
        mustFail(() -> fs.append(new Path(home, "absent")).close());
        Path file = any();
        write(fs, file, 10);
        mustFail(() -> fs.create(file, false).close());
        mustFail(() -> fs.mkdirs(new Path(file, "below")));
        mustFail(() -> fs.offloadTokens().use(new byte[512], 0, -1, any(), true));
        try (FSDataInputStream in = fs.open(file)) {
            mustFail(() -> in.readFully(100, new byte[10]));
        }
        try (FSDataOutputStream out = fs.append(file)) {
            mustFail(() -> fs.append(file).close());
            out.write(1);
        }
    }

    /** A reader reads on; a writer is told at its next commit. */
    private void deletedWhileOpen() throws IOException {
        Path file = any();
        write(fs, file, 300_000);
        try (FSDataInputStream in = fs.open(file); FSDataOutputStream out = fs.append(file)) {
            out.write(bytes, 0, 5000);
            fs.delete(file, false);
            in.readFully(250_000, new byte[10_000]);
            out.write(bytes, 0, 5000);
        } catch (FileNotFoundException | FileAlreadyExistsException e) {
            refusals.merge("deleted while open: " + e.getClass().getSimpleName(), 1, Integer::sum);
        }
    }

    /** Streams that are left to their file system's close. */
    private void leftOpen(FileSystem with) throws IOException {
        Path file = new Path(home, "left-" + random.nextInt(NAMES));
        FSDataOutputStream out = with.create(file, true);
        out.write(bytes, 0, 1 + random.nextInt(100_000));
        out.hflush();
        FSDataInputStream in = with.open(file);
        in.read();
    }

    /** A file system of its own, closed with streams open. */
    private void session() throws IOException {
        try (FileSystem own = FileSystem.newInstance(uri, conf)) {
            write(own, any(), 100_000);
            read(own, any());
            leftOpen(own);
        }
    }

    /** What was refused, and how often. */
    Map<String, Integer> refusals() {
        return refusals;
    }
}
