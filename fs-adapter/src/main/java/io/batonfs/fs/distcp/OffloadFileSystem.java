package io.batonfs.fs.distcp;

import io.batonfs.fs.BatonFileSystem;
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
 * The real file system, but for the three calls by which distcp's mapper copies a file; see {@link OffloadSession}. Made
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
        FileStatus status = super.getFileStatus(f);
        if (fs instanceof BatonFileSystem) {
            session.sawStatus((BatonFileSystem) fs, f, status);
        }
        return status;
    }

    @Override
    public FSDataOutputStream create(
            Path f, FsPermission permission, EnumSet<CreateFlag> flags, int bufferSize, short replication,
            long blockSize, Progressable progress, ChecksumOpt checksumOpt) throws IOException {
        Optional<Long> offloaded = fs instanceof BatonFileSystem && flags.contains(CreateFlag.OVERWRITE)
                ? session.tryOffload((BatonFileSystem) fs, f, permission, replication, blockSize)
                : Optional.empty();
        if (offloaded.isPresent()) {
            return new FSDataOutputStream(new PassedOutputStream(f.toString(), offloaded.get()), null);
        }
        session.stream();
        return super.create(f, permission, flags, bufferSize, replication, blockSize, progress, checksumOpt);
    }

    @Override
    public FSDataOutputStreamBuilder<?, ?> createFile(Path path) {
        session.stream();
        return super.createFile(path);
    }

    @Override
    public FSDataOutputStream append(Path f, int bufferSize, Progressable progress) throws IOException {
        session.stream();
        return super.append(f, bufferSize, progress);
    }

    @Override
    public FSDataInputStream open(Path f, int bufferSize) throws IOException {
        Optional<Long> passed = session.passedLength(f);
        return passed.isPresent() ? passedInput(passed.get()) : super.open(f, bufferSize);
    }

    @Override
    public FutureDataInputStreamBuilder openFile(Path f) throws IOException {
        Optional<Long> passed = session.passedLength(f);
        return passed.isPresent() ? new PassedBuilder(f, passed.get()) : super.openFile(f);
    }

    private static FSDataInputStream passedInput(long lengthBytes) {
        return new FSDataInputStream(new PassedInputStream(lengthBytes));
    }

    /** Whatever it is told about how to read, there is nothing to read. */
    private final class PassedBuilder extends FutureDataInputStreamBuilderImpl {
        private final long lengthBytes;

        PassedBuilder(Path path, long lengthBytes) {
            super(OffloadFileSystem.this, path);
            this.lengthBytes = lengthBytes;
        }

        @Override
        public CompletableFuture<FSDataInputStream> build() {
            return CompletableFuture.completedFuture(passedInput(lengthBytes));
        }
    }
}
