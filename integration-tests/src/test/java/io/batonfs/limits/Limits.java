package io.batonfs.limits;

import io.batonfs.fs.BatonFileSystem;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Comparator;
import org.apache.hadoop.fs.FSDataInputStream;
import org.apache.hadoop.fs.FSDataOutputStream;
import org.apache.hadoop.fs.Path;

/** What the tests of limits have in common. */
final class Limits {
    /** Printed by each test that makes random choices; {@code -Dlimits.seed=N} runs it again. */
    static final long SEED = Long.getLong("limits.seed", System.nanoTime() & 0xFFFF_FFFFL);

    /** The order in which directories are listed: that of the names' bytes in UTF-8, which String's is not. */
    static final Comparator<String> BYTE_ORDER =
            Comparator.comparing(name -> name.getBytes(StandardCharsets.UTF_8), Arrays::compareUnsigned);

    private Limits() {
    }

    static void write(BatonFileSystem fs, Path file, String text) throws IOException {
        try (FSDataOutputStream out = fs.create(file)) {
            out.write(text.getBytes(StandardCharsets.UTF_8));
        }
    }

    static String read(BatonFileSystem fs, Path file) throws IOException {
        try (FSDataInputStream in = fs.open(file)) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    /** A text with what cannot be printed as escapes, for messages. */
    static String printable(String text) {
        StringBuilder printable = new StringBuilder();
        text.codePoints().forEach(c -> {
            if (c > ' ' && c < 0x7F) {
                printable.appendCodePoint(c);
            } else {
                printable.append(String.format("\\u{%x}", c));
            }
        });
        return printable.toString();
    }
}
