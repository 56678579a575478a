package io.batonfs.histories;

import io.batonfs.fs.BatonFileSystem;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.apache.hadoop.fs.FSDataInputStream;
import org.apache.hadoop.fs.FSDataOutputStream;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.Options;
import org.apache.hadoop.fs.Path;

/** Carries operations out through Hadoop's FileSystem, an instance of its own. Used by one thread. */
final class HadoopClient implements Client {
    private static final int BUFFER_BYTES = 4096;

    private final BatonFileSystem fs;
    private final Map<String, FSDataOutputStream> writers = new HashMap<>();

    /** A client, which closes the file system at its end. */
    HadoopClient(BatonFileSystem fs) {
        this.fs = fs;
    }

    @Override
    public Outcome perform(String root, Operation operation) {
        try {
            return operation.accept(new Performer(root)).call();
        } catch (IOException e) {
            return Exceptions.outcomeOf(e);
        }
    }

    @Override
    public void close() throws IOException {
        fs.close();
    }

    @FunctionalInterface
    private interface Action {
        Outcome call() throws IOException;
    }

    private final class Performer implements Operation.Visitor<Action> {
        private final String root;

        private Performer(String root) {
            this.root = root;
        }

        private Path path(String path) {
            return new Path(path.equals("/") ? root : root + path);
        }

        @Override
        public Action create(Operation.Create operation) {
            return () -> {
                Path path = path(operation.path());
                FSDataOutputStream out = operation.recursive()
                        ? fs.create(path, operation.overwrite())
                        : fs.createNonRecursive(path, operation.overwrite(), BUFFER_BYTES, (short) 1,
                                fs.getDefaultBlockSize(path), null);
                writers.put(root + operation.tag(), out);
                byte[] content = new byte[operation.tag()];
                Arrays.fill(content, (byte) operation.tag());
                out.write(content);
                return new Outcome.Returned(true);
            };
        }

        @Override
        public Action close(Operation.Close operation) {
            return () -> {
                writers.remove(root + operation.tag()).close();
                return new Outcome.Returned(true);
            };
        }

        @Override
        public Action mkdirs(Operation.Mkdirs operation) {
            return () -> new Outcome.Returned(fs.mkdirs(path(operation.path())));
        }

        @Override
        public Action delete(Operation.Delete operation) {
            return () -> new Outcome.Returned(fs.delete(path(operation.path()), operation.recursive()));
        }

        @Override
        public Action rename(Operation.Rename operation) {
            return () -> new Outcome.Returned(fs.rename(path(operation.source()), path(operation.destination())));
        }

        @Override
        @SuppressWarnings("deprecation") // deprecated for users only: it is what FileContext calls
        public Action renameTo(Operation.RenameTo operation) {
            return () -> {
                fs.rename(path(operation.source()), path(operation.destination()),
                        operation.overwrite() ? Options.Rename.OVERWRITE : Options.Rename.NONE);
                return new Outcome.Returned(true);
            };
        }

        @Override
        public Action cloneTree(Operation.CloneTree operation) {
            return () -> {
                fs.cloneTree(path(operation.source()), path(operation.destination()), operation.overwrite());
                return new Outcome.Returned(true);
            };
        }

        @Override
        public Action status(Operation.Status operation) {
            return () -> seen(fs.getFileStatus(path(operation.path())));
        }

        private Outcome seen(FileStatus status) {
            return status.isDirectory()
                    ? new Outcome.Directory()
                    : new Outcome.FileSeen(Math.toIntExact(status.getLen()));
        }

        @Override
        public Action list(Operation.ListEntries operation) {
            return () -> {
                Path listed = path(operation.path());
                FileStatus[] all = fs.listStatus(listed);
                if (all.length == 1 && all[0].getPath().equals(fs.makeQualified(listed))) {
                    return seen(all[0]);
                }
                SortedMap<String, Integer> entries = new TreeMap<>();
                for (FileStatus entry : all) {
                    if (!entry.getPath().getParent().equals(fs.makeQualified(listed))) {
                        throw new FileNotFoundException(entry.getPath() + " was listed in " + listed);
                    }
                    entries.put(entry.getPath().getName(),
                            entry.isDirectory() ? Outcome.Entries.DIRECTORY : Math.toIntExact(entry.getLen()));
                }
                return new Outcome.Entries(entries);
            };
        }

        @Override
        public Action read(Operation.Read operation) {
            return () -> {
                try (FSDataInputStream in = fs.open(path(operation.path()))) {
                    byte[] content = in.readAllBytes();
                    for (byte one : content) {
                        if (one != content[0]) {
                            return new Outcome.Content(content.length, -1);
                        }
                    }
                    return new Outcome.Content(content.length, content.length == 0 ? 0 : content[0]);
                }
            };
        }
    }
}
