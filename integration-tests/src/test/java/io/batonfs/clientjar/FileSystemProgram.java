package io.batonfs.clientjar;

import java.io.IOException;
import java.net.URI;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.Random;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.CreateFlag;
import org.apache.hadoop.fs.FSDataInputStream;
import org.apache.hadoop.fs.FSDataOutputStream;
import org.apache.hadoop.fs.FileChecksum;
import org.apache.hadoop.fs.FileContext;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Options;
import org.apache.hadoop.fs.Path;

/**
 * A program as a user of Hadoop writes it: it knows Hadoop's interfaces and a URI, and nothing of Baton. It runs alone, so
 * it may use no other class of this project.
 */
public final class FileSystemProgram {
    private static final int BYTES = 5_000_000;

    private FileSystemProgram() {
    }

    /**
     * Works in a directory and says "well done".
     *
     * @param arguments the directory, with the URI of its file system
     */
    public static void main(String[] arguments) throws IOException {
        Path directory = new Path(arguments[0]);
        Configuration conf = new Configuration();
        byte[] content = new byte[BYTES];
        new Random(1).nextBytes(content);
        try (FileSystem fs = FileSystem.newInstance(URI.create(arguments[0]), conf)) {
            Path file = new Path(directory, "file");
            check(fs.mkdirs(directory), "mkdirs");
            try (FSDataOutputStream out = fs.create(file)) {
                out.write(content, 0, BYTES / 2);
                out.hflush();
                out.write(content, BYTES / 2, BYTES - BYTES / 2);
            }
            check(Arrays.equals(content, read(fs, file)), "the bytes that were written");
            try (FSDataOutputStream out = fs.append(file)) {
                out.write(7);
            }
            check(fs.getFileStatus(file).getLen() == BYTES + 1, "the length after appending");
            FileChecksum checksum = fs.getFileChecksum(file);
            check(checksum != null && checksum.getAlgorithmName().equals("COMPOSITE-CRC32C"), "the checksum: " + checksum);
            Path renamed = new Path(directory, "renamed");
            check(fs.rename(file, renamed), "rename");
            FileStatus[] listed = fs.listStatus(directory);
            check(listed.length == 1 && listed[0].getPath().equals(renamed), "the listing");
            check(fs.getFileBlockLocations(renamed, 0, 1)[0].getHosts().length > 0, "the hosts");
        }
        throughFileContext(directory, conf);
        System.out.println("well done");
    }

    /** By the other of Hadoop's interfaces, which finds the file system by conf/core-site.xml. */
    private static void throughFileContext(Path directory, Configuration conf) throws IOException {
        FileContext context = FileContext.getFileContext(directory.toUri(), conf);
        Path file = new Path(directory, "context");
        try (FSDataOutputStream out = context.create(file, EnumSet.of(CreateFlag.CREATE), Options.CreateOpts.createParent())) {
            out.writeUTF("written through FileContext");
        }
        try (FSDataInputStream in = context.open(file)) {
            check(in.readUTF().equals("written through FileContext"), "what FileContext wrote");
        }
    }

    private static byte[] read(FileSystem fs, Path file) throws IOException {
        byte[] content = new byte[BYTES];
        try (FSDataInputStream in = fs.open(file)) {
            in.readFully(0, content);
        }
        return content;
    }

    private static void check(boolean holds, String what) {
        if (!holds) {
            throw new AssertionError(what + " is not as it should be");
        }
    }
}
