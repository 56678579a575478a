package io.batonfs.trace;

import io.batonfs.quickstart.StockDistCp;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.examples.terasort.TeraChecksum;
import org.apache.hadoop.examples.terasort.TeraGen;
import org.apache.hadoop.examples.terasort.TeraSort;
import org.apache.hadoop.examples.terasort.TeraValidate;
import org.apache.hadoop.fs.FSDataInputStream;
import org.apache.hadoop.fs.FSDataOutputStream;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.mapreduce.MRJobConfig;
import org.apache.hadoop.util.Tool;
import org.apache.hadoop.util.ToolRunner;

/**
 * What a small warehouse may do, by stock jobs one after the other. There are days, each a directory of generated rows,
 * and a few files for look-ups. Of ten rounds, on the average, four scan a day (TeraChecksum), a late one more often than
 * an early one; three look up 4 KiB at random, half of them in one of the files; one brings a new day (TeraGen); one
 * sorts the latest day and validates that (TeraSort, TeraValidate); one copies a day away (DistCp, by token). In the
 * middle every day is scanned once. For one thread.
 */
final class JobMix {
    private static final int LOOK_UPS = 16;
    private static final int LOOK_UP_BYTES = 4096;
    private static final int LOOK_UPS_AT_ONCE = 200;
    private static final int ROUNDS_IN_ALL = 10;
    /** The chance that a scan is of a day earlier than this one. */
    private static final double EARLIER = 0.6;

    private final Configuration conf;
    private final FileSystem fs;
    private final Random random;
    private final int daysAtStart;
    private final int filesOfDay;
    private final int rowsOfFile;
    private final int lookUpFileBytes;
    private final List<Path> days = new ArrayList<>();
    private int outputs;

    /**
     * Nothing is done yet.
     *
     * @param fs         where all of it is done
     * @param conf       of jobs; that is its default file system
     * @param seed       of all choices
     * @param daysAtStart days that are laid out
     * @param filesOfDay files of each day, of 100 bytes for each row
     * @param rowsOfFile rows of each
     */
    JobMix(FileSystem fs, Configuration conf, long seed, int daysAtStart, int filesOfDay,
            int rowsOfFile) {
        this.conf = new Configuration(conf);
        // Else its list of keys goes by the distributed cache, which links to it from the working directory.
        this.conf.setBoolean("mapreduce.terasort.simplepartitioner", true);
        this.conf.setInt(MRJobConfig.NUM_MAPS, filesOfDay);
        this.conf.setInt(MRJobConfig.NUM_REDUCES, filesOfDay);
        this.fs = fs;
        this.random = new Random(seed);
        this.daysAtStart = daysAtStart;
        this.filesOfDay = filesOfDay;
        this.rowsOfFile = rowsOfFile;
        this.lookUpFileBytes = rowsOfFile * 100;
    }

    /** Lays out the days and the files for look-ups. */
    void layOut() throws Exception {
        for (int day = 0; day < daysAtStart; day++) {
            bringDay();
        }
        byte[] content = new byte[lookUpFileBytes];
        for (int file = 0; file < LOOK_UPS; file++) {
            random.nextBytes(content);
            try (FSDataOutputStream out = fs.create(lookUp(file))) {
                out.write(content);
            }
        }
    }

    private static Path lookUp(int file) {
        return new Path("/look-up/file-" + file);
    }

    /** One round; what it is depends on the seed. */
    void round() throws Exception {
        switch (random.nextInt(ROUNDS_IN_ALL)) {
            case 0, 1, 2, 3 -> scan(someDay());
            case 4, 5, 6 -> lookUp();
            case 7 -> bringDay();
            case 8 -> sortLatest();
            default -> StockDistCp.run(conf, someDay().toString(), output("copy").toString());
        }
    }

    /** Every day once, the earliest first. */
    void scanAll() throws Exception {
        for (Path day : List.copyOf(days)) {
            scan(day);
        }
    }

    private Path someDay() {
        int day = days.size() - 1;
        while (day > 0 && random.nextDouble() < EARLIER) {
            day--;
        }
        return days.get(day);
    }

    private Path output(String what) {
        outputs++;
        return fs.makeQualified(new Path("/" + what + "/" + outputs));
    }

    private void bringDay() throws Exception {
        Path day = output("day");
        run(new TeraGen(), Long.toString((long) filesOfDay * rowsOfFile), day.toString());
        days.add(day);
    }

    private void scan(Path day) throws Exception {
        run(new TeraChecksum(), day.toString(), output("sum").toString());
    }

    private void sortLatest() throws Exception {
        Path sorted = output("sorted");
        run(new TeraSort(), days.get(days.size() - 1).toString(), sorted.toString());
        run(new TeraValidate(), sorted.toString(), output("report").toString());
    }

    private void lookUp() throws IOException {
        byte[] into = new byte[LOOK_UP_BYTES];
        for (int i = 0; i < LOOK_UPS_AT_ONCE; i++) {
            int file = random.nextBoolean() ? 0 : random.nextInt(LOOK_UPS);
            try (FSDataInputStream in = fs.open(lookUp(file))) {
                in.readFully(random.nextInt(lookUpFileBytes - LOOK_UP_BYTES), into);
            }
        }
    }

    private void run(Tool tool, String... arguments) throws Exception {
        if (ToolRunner.run(new Configuration(conf), tool, arguments) != 0) {
            throw new IOException(tool.getClass().getSimpleName() + " " + String.join(" ", arguments) + " failed");
        }
    }
}
