package io.batonfs.crash;

import io.batonfs.fs.BatonFileSystem;
import io.batonfs.processes.ChildSession;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FSDataOutputStream;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.fs.permission.FsPermission;

/**
 * Writes, flushes, closes, renames, deletes and copies files at random until it is killed, and says before each step
 * what it begins and after it that it is done. Arguments: the group's directory, a seed, a round.
 */
final class CrashWriter {
    static final Path DIRECTORY = new Path("/crash");
    private static final int LARGEST_WRITE = 400_000;

    private final ChildSession session;
    private final FileSystem fs;
    private final Random random;
    private final int round;
    private final List<Closed> closed = new ArrayList<>();
    private int files;

    private CrashWriter(ChildSession session, FileSystem fs, Random random, int round) {
        this.session = session;
        this.fs = fs;
        this.random = random;
        this.round = round;
    }

    public static void main(String[] arguments) throws Exception {
        ChildSession session = ChildSession.begin();
        Configuration conf = new Configuration();
        conf.set("baton.embedded.dir", arguments[0]);
        int round = Integer.parseInt(arguments[2]);
        Random random = new Random(Long.parseLong(arguments[1]) * 1000 + round);
        FileSystem fs = FileSystem.get(URI.create("baton:///"), conf);
        fs.mkdirs(DIRECTORY);
        session.say("ready");
        new CrashWriter(session, fs, random, round).runUntilKilled();
    }

    private void runUntilKilled() throws Exception {
        while (true) {
            int choice = closed.isEmpty() ? 0 : random.nextInt(10);
            if (choice < 6) {
                writeFile();
            } else if (choice == 6) {
                rename(closed.remove(random.nextInt(closed.size())));
            } else if (choice == 7) {
                delete(closed.remove(random.nextInt(closed.size())));
            } else {
                copy(closed.get(random.nextInt(closed.size())));
            }
        }
    }

    private void writeFile() throws Exception {
        String name = nextName();
        long content = round * 1_000_000L + files;
        Pattern pattern = new Pattern(content);
        begin(Event.Kind.CREATE, name, "-", content, 0);
        FSDataOutputStream out = fs.create(new Path(DIRECTORY, name), false);
        done(Event.Kind.CREATE, name, "-", content, 0);
        long length = 0;
        for (int writes = random.nextInt(8); writes > 0; writes--) {
            byte[] bytes = pattern.bytes(length, random.nextBoolean() ? random.nextInt(200) : random.nextInt(LARGEST_WRITE));
            length += bytes.length;
            Event.Kind kind = random.nextInt(4) == 0 ? Event.Kind.WRITE : Event.Kind.FLUSH;
            begin(kind, name, "-", content, length);
            out.write(bytes);
            if (kind == Event.Kind.FLUSH) {
                flush(out);
            }
            done(kind, name, "-", content, length);
        }
        begin(Event.Kind.CLOSE, name, "-", content, length);
        out.close();
        done(Event.Kind.CLOSE, name, "-", content, length);
        closed.add(new Closed(name, content, length));
    }

    private void flush(FSDataOutputStream out) throws Exception {
        if (random.nextBoolean()) {
            out.hflush();
        } else {
            out.hsync();
        }
    }

    private void rename(Closed file) throws Exception {
        String target = nextName();
        begin(Event.Kind.RENAME, file.name(), target, file.content(), file.length());
        if (!fs.rename(new Path(DIRECTORY, file.name()), new Path(DIRECTORY, target))) {
            throw new IllegalStateException("rename of " + file + " to " + target + " was refused");
        }
        done(Event.Kind.RENAME, file.name(), target, file.content(), file.length());
        closed.add(new Closed(target, file.content(), file.length()));
    }

    private void delete(Closed file) throws Exception {
        begin(Event.Kind.DELETE, file.name(), "-", file.content(), file.length());
        if (!fs.delete(new Path(DIRECTORY, file.name()), false)) {
            throw new IllegalStateException("there was no " + file + " to delete");
        }
        done(Event.Kind.DELETE, file.name(), "-", file.content(), file.length());
    }

    private void copy(Closed file) throws Exception {
        String target = nextName();
        begin(Event.Kind.COPY, file.name(), target, file.content(), file.length());
        ((BatonFileSystem) fs).copyByToken(
                new Path(DIRECTORY, file.name()), Optional.empty(), 0, -1, new Path(DIRECTORY, target),
                FsPermission.getFileDefault(), (short) 1, fs.getDefaultBlockSize(DIRECTORY));
        done(Event.Kind.COPY, file.name(), target, file.content(), file.length());
        closed.add(new Closed(target, file.content(), file.length()));
    }

    private String nextName() {
        return "r" + round + "-" + files++;
    }

    private void begin(Event.Kind kind, String name, String other, long content, long length) {
        session.say(new Event(false, kind, name, other, content, length).line());
    }

    private void done(Event.Kind kind, String name, String other, long content, long length) {
        session.say(new Event(true, kind, name, other, content, length).line());
    }

    private record Closed(String name, long content, long length) {
    }
}
