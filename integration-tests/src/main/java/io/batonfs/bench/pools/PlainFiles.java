package io.batonfs.bench.pools;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;

/**
 * As many plain files as a pool has devices. A piece is dealt to them evenly, and as many bytes are written with it as
 * the pool writes for redundancy; they are written over again and again, as a pool's devices are. So what they do in a
 * time is what the disk, its page cache and one thread allow.
 */
public final class PlainFiles implements PieceStore {
    private final Path directory;
    private final Pieces pieces = new Pieces();
    private final List<FileChannel> files = new ArrayList<>();
    private final ExecutorService forces;
    private final ByteBuffer read = Pieces.room(Pieces.BYTES);
    private final ByteBuffer block = Pieces.room(Pieces.BLOCK_BYTES);
    /** Of a piece, on each file but the last, which may have less. */
    private final int share;
    /** Bytes that are written of a piece on each file. */
    private final int written;
    private int kept;
    /** What the copy is a copy of that was made last, until the copy takes its place. */
    private Optional<FileChannel> copied = Optional.empty();

    /** Makes the files below a directory that is there. */
    public PlainFiles(Path directory, PoolShape shape) throws IOException {
        this.directory = directory;
        int present = shape.present();
        this.share = blocks((Pieces.BYTES + present - 1) / present);
        this.written = Math.max(share, blocks((int) ((long) Pieces.BYTES * shape.members() / shape.dataUnits()
                / shape.devices())));
        for (int i = 0; i < present; i++) {
            files.add(FileChannel.open(file(i), StandardOpenOption.CREATE_NEW, StandardOpenOption.READ,
                    StandardOpenOption.WRITE));
        }
        this.forces = Executors.newFixedThreadPool(present, PoolStore::forceThread);
    }

    private static int blocks(int bytes) {
        return (bytes + Pieces.BLOCK_BYTES - 1) / Pieces.BLOCK_BYTES * Pieces.BLOCK_BYTES;
    }

    private Path file(int number) {
        return directory.resolve("file" + number);
    }

    @Override
    public void write(int count) throws IOException {
        for (int number = 0; number < count; number++) {
            ByteBuffer piece = pieces.piece(number);
            for (int i = 0; i < files.size(); i++) {
                int length = length(i);
                writeFully(files.get(i), piece.slice(i * share, length), (long) number * written);
                // Stands for redundancy: other bytes, so that they come from elsewhere in memory as well.
                writeFully(files.get(i), piece.slice(0, Math.min(written, Pieces.BYTES) - length),
                        (long) number * written + length);
            }
        }
        kept = count;
    }

    /** What a file has of a piece. */
    private int length(int file) {
        return Math.max(0, Math.min(share, Pieces.BYTES - file * share));
    }

    private static void writeFully(FileChannel file, ByteBuffer bytes, long at) throws IOException {
        long next = at;
        while (bytes.hasRemaining()) {
            next += file.write(bytes, next);
        }
    }

    private static void readFully(FileChannel file, ByteBuffer bytes, long at) throws IOException {
        long next = at;
        while (bytes.hasRemaining()) {
            int count = file.read(bytes, next);
            if (count < 0) {
                throw new EOFException("a plain file ends at " + next);
            }
            next += count;
        }
    }

    @Override
    public void read(int count) throws IOException {
        for (int number = 0; number < count; number++) {
            read.clear();
            for (int i = 0; i < files.size(); i++) {
                readFully(files.get(i), read.slice(i * share, length(i)), (long) number * written);
            }
            pieces.check(number, 0, read.clear().limit(Pieces.BLOCK_BYTES));
        }
    }

    @Override
    public void readBlock(int number, int offset, ByteBuffer into) throws IOException {
        int file = offset / share;
        readFully(files.get(file), into.clear(), (long) number * written + offset - (long) file * share);
        pieces.check(number, offset, into.flip());
    }

    @Override
    public long readEverything() throws IOException {
        for (int number = 0; number < kept; number++) {
            for (FileChannel file : files) {
                for (int done = 0; done < written; done += Pieces.BYTES) {
                    readFully(file, read.clear().limit(Math.min(Pieces.BYTES, written - done)),
                            (long) number * written + done);
                }
            }
        }
        return (long) kept * written * files.size();
    }

    /** The files beside one another, as a pool's devices. */
    @Override
    public void force() throws Exception {
        List<Callable<Void>> each = new ArrayList<>();
        for (FileChannel file : files) {
            each.add(() -> {
                file.force(false);
                return null;
            });
        }
        for (Future<Void> done : forces.invokeAll(each)) {
            done.get();
        }
    }

    @Override
    public List<Path> files() {
        return IntStream.range(0, files.size()).mapToObj(this::file).toList();
    }

    /** The copy that was made last takes the place of what it is a copy of: to free that is no part of rebuilding. */
    @Override
    public void beforeRebuild() throws IOException {
        if (copied.isPresent()) {
            copied.get().close();
            copied = Optional.empty();
            Files.move(copy(), file(0), StandardCopyOption.REPLACE_EXISTING);
        }
    }

    private Path copy() {
        return directory.resolve("copy");
    }

    /**
     * As one who has no RAID saves what he can: the file is copied from its beginning to its end. The copy is what is
     * read from then on.
     */
    @Override
    public long rebuild() throws IOException {
        long bytes = (long) kept * written;
        FileChannel target = FileChannel.open(copy(), StandardOpenOption.CREATE_NEW, StandardOpenOption.READ,
                StandardOpenOption.WRITE);
        for (long done = 0; done < bytes; done += read.limit()) {
            readFully(files.get(0), read.clear().limit((int) Math.min(Pieces.BYTES, bytes - done)), done);
            writeFully(target, read.flip(), done);
        }
        target.force(false);
        copied = Optional.of(files.set(0, target));
        return bytes;
    }

    @Override
    public void comeAndGo() throws IOException {
        Path path = directory.resolve("small");
        try (FileChannel file = FileChannel.open(path, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
            writeFully(file, block.clear(), 0);
        }
        Files.delete(path);
    }

    @Override
    public void clear() {
        kept = 0;
    }

    @Override
    public void close() throws IOException {
        forces.shutdown();
        beforeRebuild();
        for (int i = 0; i < files.size(); i++) {
            files.get(i).close();
            Files.delete(file(i));
        }
    }
}
