package io.batonfs.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import io.batonfs.crash.Pattern;
import java.io.IOException;
import org.apache.hadoop.fs.FSDataInputStream;
import org.apache.hadoop.fs.FSDataOutputStream;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;

/** Writes and checks files whose bytes follow from a number. Stateless. */
final class Contents {

    private Contents() {
    }

    static void write(FileSystem fs, Path file, long content, int length) throws IOException {
        try (FSDataOutputStream out = fs.create(file, true)) {
            out.write(new Pattern(content).bytes(0, length));
        }
    }

    /** The file has exactly these bytes. */
    static void holds(FileSystem fs, Path file, long content, int length) throws IOException {
        assertThat(fs.getFileStatus(file).getLen()).as("length of %s", file).isEqualTo(length);
        beginsWith(fs, file, content, length);
    }

    /** The file has at least these bytes. */
    static void beginsWith(FileSystem fs, Path file, long content, long length) throws IOException {
        byte[] read = new byte[Math.toIntExact(length)];
        try (FSDataInputStream in = fs.open(file)) {
            in.readFully(0, read);
        }
        assertThat(new Pattern(content).rightBytes(0, read, read.length)).as("right bytes of %s", file)
                .isEqualTo(read.length);
    }
}
