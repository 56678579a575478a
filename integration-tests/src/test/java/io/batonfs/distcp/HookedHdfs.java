package io.batonfs.distcp;

import java.io.IOException;
import java.util.EnumSet;
import org.apache.hadoop.fs.CreateFlag;
import org.apache.hadoop.fs.FSDataInputStream;
import org.apache.hadoop.fs.FSDataOutputStream;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.Options.ChecksumOpt;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.fs.permission.FsPermission;
import org.apache.hadoop.hdfs.DistributedFileSystem;
import org.apache.hadoop.util.Progressable;

/**
 * HDFS's client, which lets a test act at the moment at which a copy from HDFS or to it has begun and moved no byte yet:
 * its source is open, or its target is about to be made. All instances of the JVM have the same hooks.
 */
public final class HookedHdfs extends DistributedFileSystem {

    /** What a test does. */
    interface Hook {
        /** Does nothing. */
        Hook NOTHING = file -> { };

        /**
         * A copy has begun.
         *
         * @param file the source that was opened, or the target, by its final name
         */
        void copyBegins(Path file) throws IOException;
    }

    private static volatile Hook opened = Hook.NOTHING;
    private static volatile Hook creating = Hook.NOTHING;

    /** The last file that this thread asked for: distcp's mapper asks for its target before it makes a temporary one. */
    private final ThreadLocal<Path> asked = new ThreadLocal<>();

    /** From now on acts when files are opened, or made. */
    static void act(Hook whenOpened, Hook whenCreating) {
        opened = whenOpened;
        creating = whenCreating;
    }

    @Override
    public FileStatus getFileStatus(Path f) throws IOException {
        asked.set(f);
        return super.getFileStatus(f);
    }

    @Override
    public FSDataInputStream open(Path f, int bufferSize) throws IOException {
        FSDataInputStream in = super.open(f, bufferSize);
        opened.copyBegins(f);
        return in;
    }

    @Override
    public FSDataOutputStream create(
            Path f, FsPermission permission, EnumSet<CreateFlag> flags, int bufferSize, short replication,
            long blockSize, Progressable progress, ChecksumOpt checksumOpt) throws IOException {
        if (f.getName().startsWith(".distcp.tmp.")) {
            creating.copyBegins(asked.get());
        }
        return super.create(f, permission, flags, bufferSize, replication, blockSize, progress, checksumOpt);
    }
}
