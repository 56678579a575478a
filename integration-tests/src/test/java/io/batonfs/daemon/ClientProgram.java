package io.batonfs.daemon;

import io.batonfs.crash.Pattern;
import io.batonfs.fs.BatonFileSystem;
import io.batonfs.processes.ChildSession;
import java.io.IOException;
import java.net.URI;
import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.zip.CRC32C;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FSDataInputStream;
import org.apache.hadoop.fs.FSDataOutputStream;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.fs.permission.FsPermission;

/**
 * One of several clients, in a JVM of its own. A step of the test is a line: each client writes a file, then reads, checks
 * and copies that of its neighbour, then renames what it made; it answers each when it is done.
 */
final class ClientProgram {
    /** A page and a bit for the biggest. */
    static final int MOST_BYTES = (32 << 20) + 12_345;

    private final BatonFileSystem fs;
    private final int self;
    private final int clients;

    private ClientProgram(BatonFileSystem fs, int self, int clients) {
        this.fs = fs;
        this.self = self;
        this.clients = clients;
    }

    /** Arguments: URI, number of this client, how many there are. Lines: "write N", "share N", "rename N", "end". */
    public static void main(String[] arguments) throws Exception {
        ChildSession session = ChildSession.begin();
        Configuration conf = new Configuration();
        // Every other one by TCP, though all are on one host.
        conf.setBoolean("fs.baton.client.shared.memory.enabled", Integer.parseInt(arguments[1]) % 2 == 0);
        try (BatonFileSystem fs = (BatonFileSystem) FileSystem.newInstance(URI.create(arguments[0]), conf)) {
            ClientProgram client = new ClientProgram(fs, Integer.parseInt(arguments[1]), Integer.parseInt(arguments[2]));
            session.say("ready");
            for (String line = session.hear(); !line.equals("end"); line = session.hear()) {
                String[] words = line.split(" ");
                client.perform(words[0], Integer.parseInt(words[1]));
                session.say("done " + line);
            }
        }
    }

    /** Of which number the bytes of a client's file of a round are. */
    static long content(int client, int round) {
        return 1000L * round + client;
    }

    static int length(int client, int round) {
        return round == 0 && client == 0 ? MOST_BYTES : 200_003 * (client + 1) + 7 * round;
    }

    static Path original(int client, int round) {
        return new Path("/shared/round-" + round + "/from-" + client);
    }

    static Path copy(int client, int round) {
        return new Path("/shared/round-" + round + "/copy-of-" + client);
    }

    static Path renamed(int client, int round) {
        return new Path("/done/round-" + round + "-of-" + client);
    }

    private void perform(String step, int round) throws IOException {
        int neighbour = (self + 1) % clients;
        switch (step) {
            case "write" -> write(round);
            case "share" -> {
                check(original(neighbour, round), neighbour, round);
                fs.copyByToken(original(neighbour, round), Optional.empty(), 0, -1, copy(neighbour, round),
                        FsPermission.getFileDefault(), (short) 1, fs.getDefaultBlockSize(copy(neighbour, round)));
                check(copy(neighbour, round), neighbour, round);
            }
            case "rename" -> {
                if (!fs.rename(original(self, round), renamed(self, round))) {
                    throw new IOException("not renamed: " + original(self, round));
                }
            }
            default -> throw new IllegalArgumentException(step);
        }
    }

    private void write(int round) throws IOException {
        Pattern pattern = new Pattern(content(self, round));
        int length = length(self, round);
        try (FSDataOutputStream out = fs.create(original(self, round), false)) {
            for (int position = 0; position < length; position += 1 << 20) {
                out.write(pattern.bytes(position, Math.min(1 << 20, length - position)));
            }
        }
    }

    private void check(Path file, int client, int round) throws IOException {
        check(fs, file, content(client, round), length(client, round));
    }

    /** Compares every byte, and the file's checksum with one that is computed here. */
    static void check(FileSystem fs, Path file, long content, int length) throws IOException {
        Pattern pattern = new Pattern(content);
        CRC32C crc = new CRC32C();
        byte[] read = new byte[1 << 20];
        try (FSDataInputStream in = fs.open(file)) {
            for (int position = 0; position < length; position += read.length) {
                int count = Math.min(read.length, length - position);
                in.readFully(read, 0, count);
                int right = pattern.rightBytes(position, read, count);
                if (right < count) {
                    throw new IOException(file + " is wrong at " + (position + right));
                }
                crc.update(read, 0, count);
            }
            if (in.read() >= 0) {
                throw new IOException(file + " is longer than " + length);
            }
        }
        int told = ByteBuffer.wrap(fs.getFileChecksum(file).getBytes()).getInt();
        if (told != (int) crc.getValue()) {
            throw new IOException("checksum of " + file + " is " + told + " and should be " + (int) crc.getValue());
        }
    }
}
