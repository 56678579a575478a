package io.batonfs.fs.distcp;

import io.batonfs.fs.BatonFileSystem;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.net.URI;
import java.util.EnumSet;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.CreateFlag;
import org.apache.hadoop.fs.FSDataInputStream;
import org.apache.hadoop.fs.FSDataOutputStream;
import org.apache.hadoop.fs.FSDataOutputStreamBuilder;
import org.apache.hadoop.fs.FileChecksum;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.FilterFileSystem;
import org.apache.hadoop.fs.FutureDataInputStreamBuilder;
import org.apache.hadoop.fs.Options.ChecksumOpt;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.fs.impl.FutureDataInputStreamBuilderImpl;
import org.apache.hadoop.fs.permission.FsPermission;
import org.apache.hadoop.util.Progressable;

/**
 * The real file system, but for the calls by which distcp's mapper copies a file; see {@link OffloadSession}. Made
 * by Hadoop under an {@link OffloadConfiguration}; light, never cached, and not the owner of the real one.
 */
public final class OffloadFileSystem extends FilterFileSystem {
    private OffloadSession session;

    /** What reflection calls; {@link #initialize} finds the real file system. */
    public OffloadFileSystem() {
        super();
    }

    @Override
    public void initialize(URI name, Configuration conf) throws IOException {
        if (!(conf instanceof OffloadConfiguration)) {
            throw new IOException(getClass().getName() + " lives inside distcp's mapper only; don't configure it");
        }
        session = ((OffloadConfiguration) conf).session();
        fs = FileSystem.get(name, session.taskConfiguration());
        super.initialize(name, conf);
    }

    /** Leaves the real file system open: it is shared. */
    @Override
    public void close() {
        // There is nothing of its own to close.
    }

    @Override
    public String getScheme() {
        return BatonFileSystem.SCHEME;
    }

    @Override
    public FileStatus getFileStatus(Path f) throws IOException {
        FileStatus status;
        try {
            status = super.getFileStatus(f);
        } catch (FileNotFoundException e) {
            session.promotion().sawNothing(f);
            throw e;
        }
        if (fs instanceof BatonFileSystem) {
            session.sawStatus((BatonFileSystem) fs, f, status);
        }
        return status;
    }

    /** The stock code asks so when it promotes a temporary file, and only then. */
    @Override
    public boolean exists(Path f) throws IOException {
        Optional<Boolean> expected =
                fs instanceof BatonFileSystem ? session.promotion().isThere(f) : Optional.empty();
        return expected.isPresent() ? expected.get() : fs.exists(f);
    }

    @Override
    public boolean rename(Path src, Path dst) throws IOException {
        return fs instanceof BatonFileSystem
                ? session.promotion().rename((BatonFileSystem) fs, src, dst) : super.rename(src, dst);
    }

    @Override
    public boolean delete(Path f, boolean recursive) throws IOException {
        return !session.promotion().isRenamed(f) && super.delete(f, recursive);
    }

    /**
     * None for a source that was passed whole: the copy refers to its very content, as it was at one moment, so that a
     * comparison could find nothing but that the source has changed since.
     */
    @Override
    public FileChecksum getFileChecksum(Path f, long length) throws IOException {
        return session.isOneContent(f) ? null : super.getFileChecksum(f, length);
    }

    @Override
    public FSDataOutputStream create(
            Path f, FsPermission permission, EnumSet<CreateFlag> flags, int bufferSize, short replication,
            long blockSize, Progressable progress, ChecksumOpt checksumOpt) throws IOException {
        Optional<CopySource> source = session.beginTarget();
        session.promotion().made(f);
        Optional<Long> offloaded = fs instanceof BatonFileSystem && flags.contains(CreateFlag.OVERWRITE)
                ? session.tryOffload((BatonFileSystem) fs, f, permission, replication, blockSize)
                : Optional.empty();
        if (offloaded.isPresent()) {
            return passedOutput(f, offloaded.get());
        }
        FSDataOutputStream out =
                super.create(f, permission, flags, bufferSize, replication, blockSize, progress, checksumOpt);
        return source.isEmpty() ? out : new FSDataOutputStream(new WholeOutputStream(
                out, fs, f, source.get().copiedBytes(), session::checkSource, () -> { }), null);
    }

    @Override
    public FSDataOutputStreamBuilder<?, ?> createFile(Path path) {
        session.stream();
        return super.createFile(path);
    }

    /**
     * Makes what is to be appended as a file of its own, by token if that can be, and joins it to the target when it is
     * whole: nobody sees the target half appended to, and a failure leaves it as it was.
     */
    @Override
    public FSDataOutputStream append(Path f, int bufferSize, Progressable progress) throws IOException {
        Optional<CopySource> source = session.beginTarget();
        if (source.isEmpty() || !(fs instanceof BatonFileSystem)) {
            return super.append(f, bufferSize, progress);
        }
        long targetBytes = fs.getFileStatus(f).getLen();
        Path part = session.temporaryPart();
        Optional<Long> offloaded = session.tryOffloadRest((BatonFileSystem) fs, targetBytes, part);
        if (offloaded.isPresent()) {
            join(f, part);
            return passedOutput(f, offloaded.get());
        }
        return new FSDataOutputStream(new WholeOutputStream(fs.create(part, true, bufferSize), fs, part,
                source.get().end() - targetBytes, session::checkSource, () -> join(f, part)), null);
    }

    private void join(Path target, Path part) throws IOException {
        try {
            fs.concat(target, new Path[] {part});
        } catch (IOException | RuntimeException e) {
            try {
                fs.delete(part, false);
            } catch (IOException | RuntimeException failure) {
                e.addSuppressed(failure);
            }
            throw e;
        }
    }

    @Override
    public FSDataInputStream open(Path f, int bufferSize) throws IOException {
        Optional<Long> passed = session.passedLength(f);
        return passed.isPresent() ? passedInput(passed.get()) : streamedInput(f, bufferSize);
    }

    private FSDataInputStream streamedInput(Path f, int bufferSize) throws IOException {
        Optional<Long> end = session.sourceEnd(f);
        if (end.isEmpty()) {
            return super.open(f, bufferSize);
        }
        try {
            return new FSDataInputStream(new WatchedInputStream(super.open(f, bufferSize), end.get(), session));
        } catch (FileNotFoundException e) {
            session.checkSource();
            throw e;
        }
    }

    @Override
    public FutureDataInputStreamBuilder openFile(Path f) throws IOException {
        return session.sourceEnd(f).isPresent() ? new SourceBuilder(f) : super.openFile(f);
    }

    private static FSDataOutputStream passedOutput(Path f, long lengthBytes) throws IOException {
        return new FSDataOutputStream(new PassedOutputStream(f.toString(), lengthBytes), null);
    }

    private static FSDataInputStream passedInput(long lengthBytes) {
        return new FSDataInputStream(new PassedInputStream(lengthBytes));
    }

    /**
     * Opens the source. Whatever it is told about how to read: if it was passed, there is nothing to read; and else the
     * only thing that the stock code says is that it reads from beginning to end, which Baton notices itself.
     */
    private final class SourceBuilder extends FutureDataInputStreamBuilderImpl {
        private final Path path;

        SourceBuilder(Path path) {
            super(OffloadFileSystem.this, path);
            this.path = path;
        }

        @Override
        public CompletableFuture<FSDataInputStream> build() throws IOException {
            session.refuseChanged();
            return CompletableFuture.completedFuture(open(path, getBufferSize()));
        }
    }
}
