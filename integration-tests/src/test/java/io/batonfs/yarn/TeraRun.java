package io.batonfs.yarn;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.examples.terasort.TeraChecksum;
import org.apache.hadoop.examples.terasort.TeraGen;
import org.apache.hadoop.examples.terasort.TeraSort;
import org.apache.hadoop.examples.terasort.TeraValidate;
import org.apache.hadoop.fs.FSDataInputStream;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.mapreduce.MRJobConfig;

/** The stock TeraGen, TeraSort and TeraValidate in a folder of their own, and a comparison that trusts none of them. */
final class TeraRun {
    private static final int ROW_BYTES = 100;
    private static final int KEY_BYTES = 10;
    /** More are not sorted in memory. */
    private static final long ROWS_IN_MEMORY = 1_000_000;

    private final YarnWithBaton yarn;
    private final FileSystem fs;
    private final long rows;
    private final Path generated;
    private final Path sorted;
    private final Path report;

    TeraRun(YarnWithBaton yarn, FileSystem fs, long rows) {
        this.yarn = yarn;
        this.fs = fs;
        this.rows = rows;
        this.generated = yarn.path("/tera/generated");
        this.sorted = yarn.path("/tera/sorted");
        this.report = yarn.path("/tera/report");
    }

    void generate() throws Exception {
        yarn.succeeds(new TeraGen(), conf(), Long.toString(rows), generated.toString());
        assertThat(bytes(generated)).isEqualTo(rows * ROW_BYTES);
    }

    void sort() throws Exception {
        yarn.succeeds(new TeraSort(), conf(), generated.toString(), sorted.toString());
        assertThat(bytes(sorted)).isEqualTo(rows * ROW_BYTES);
        assertThat(fs.exists(new Path(sorted, "_SUCCESS"))).isTrue();
        assertThat(fs.exists(new Path(sorted, "_temporary"))).isFalse();
    }

    /** TeraValidate writes a line for each row that is out of order, and at the end the sum of all rows. */
    void validate() throws Exception {
        yarn.succeeds(new TeraValidate(), conf(), sorted.toString(), report.toString());
        assertThat(lines(report)).as("errors, or the sum").hasSize(1);
        assertThat(lines(report).get(0)).startsWith("checksum\t");
    }

    /** The sorted rows are the generated ones: each of them if they fit into memory, and else by their sum. */
    void compare() throws Exception {
        if (rows > ROWS_IN_MEMORY) {
            Path sum = yarn.path("/tera/sum");
            yarn.succeeds(new TeraChecksum(), conf(), generated.toString(), sum.toString());
            assertThat(lines(report).get(0)).isEqualTo("checksum\t" + lines(sum).get(0).strip());
            return;
        }
        byte[][] expected = rowsOf(generated);
        Arrays.sort(expected, (a, b) -> Arrays.compareUnsigned(a, 0, KEY_BYTES, b, 0, KEY_BYTES));
        byte[][] found = rowsOf(sorted);
        assertThat(found.length).isEqualTo(expected.length);
        for (int row = 0; row < expected.length; row++) {
            assertThat(Arrays.equals(found[row], expected[row])).as("row %d is in its place", row).isTrue();
        }
    }

    /** Two tasks of each kind: with one reducer there would be nothing to partition. */
    private Configuration conf() throws IOException {
        Configuration conf = yarn.conf();
        conf.setInt(MRJobConfig.NUM_MAPS, 2);
        conf.setInt(MRJobConfig.NUM_REDUCES, 2);
        return conf;
    }

    private FileStatus[] parts(Path folder) throws IOException {
        FileStatus[] parts = fs.globStatus(new Path(folder, "part-*"));
        Arrays.sort(parts);
        return parts;
    }

    private long bytes(Path folder) throws IOException {
        return Arrays.stream(parts(folder)).mapToLong(FileStatus::getLen).sum();
    }

    private byte[] read(Path folder) throws IOException {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        for (FileStatus part : parts(folder)) {
            try (FSDataInputStream in = fs.open(part.getPath())) {
                all.write(in.readAllBytes());
            }
        }
        return all.toByteArray();
    }

    private List<String> lines(Path folder) throws IOException {
        return new String(read(folder), StandardCharsets.UTF_8).lines().toList();
    }

    private byte[][] rowsOf(Path folder) throws IOException {
        byte[] all = read(folder);
        byte[][] each = new byte[all.length / ROW_BYTES][];
        for (int row = 0; row < each.length; row++) {
            each[row] = Arrays.copyOfRange(all, row * ROW_BYTES, (row + 1) * ROW_BYTES);
        }
        return each;
    }
}
