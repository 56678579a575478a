package io.batonfs.limits;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.hadoop.fs.ContentSummary;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.fs.RemoteIterator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * One directory of very many entries: made by several threads, listed whole while others come and go, cloned, summed up and
 * deleted. {@code -Dlimits.entries=N} says how many.
 */
@Tag("soak")
class BigDirectoryTest extends OnOneGroup {
    private static final int ENTRIES = Integer.getInteger("limits.entries", 40_000);
    /** One entry in so many is a file, which takes two commands of the catalog; the others are directories. */
    private static final int FILE_EVERY = 4;
    private static final int FILES = (ENTRIES + FILE_EVERY - 1) / FILE_EVERY;
    private static final int THREADS = 32;
    private static final Path BIG = new Path("/big");
    private static final Path CLONE = new Path("/clone");

    /** A file in the middle. */
    private static final Path CHANGED = entry(ENTRIES / 2 / FILE_EVERY * FILE_EVERY);

    private final ExecutorService threads = Executors.newFixedThreadPool(THREADS);

    @BeforeEach
    void makeDirectory() throws Exception {
        fs.mkdirs(BIG);
    }

    @AfterEach
    void endThreads() throws Exception {
        threads.shutdownNow();
        assertThat(threads.awaitTermination(1, TimeUnit.MINUTES)).as("all threads end").isTrue();
    }

    @Test
    void directoryOfVeryManyEntries() throws Exception {
        timed("made, entries/s", this::make);
        timed("listed page by page, entries/s", () -> seesEachOnce(fs.listStatusIterator(BIG)));
        timed("listed while others come and go, entries/s", this::listBesideOthers);
        assertThat(fs.listStatus(BIG)).hasSize(ENTRIES);

        ContentSummary summary = fs.getContentSummary(BIG);
        assertThat(summary.getFileCount()).isEqualTo(FILES);
        assertThat(summary.getDirectoryCount()).as("itself included").isEqualTo(ENTRIES - FILES + 1);

        cloneAndChangeOne();
        restart();
        timed("listed after a restart, entries/s", () -> seesEachOnce(fs.listStatusIterator(BIG)));

        assertThat(fs.delete(BIG, true)).isTrue();
        assertThat(fs.exists(BIG)).isFalse();
        assertThat(count(fs.listStatusIterator(CLONE))).isEqualTo(ENTRIES);
        assertThat(fs.delete(CLONE, true)).isTrue();
        assertThat(fs.listStatus(new Path("/"))).isEmpty();
    }

    private Void make() throws Exception {
        List<Future<Void>> makers = new ArrayList<>();
        for (int t = 0; t < THREADS; t++) {
            int first = t;
            makers.add(threads.submit((Callable<Void>) () -> {
                for (int i = first; i < ENTRIES; i += THREADS) {
                    if (i % FILE_EVERY == 0) {
                        fs.create(entry(i), false).close();
                    } else {
                        fs.mkdirs(entry(i));
                    }
                }
                return null;
            }));
        }
        for (Future<Void> maker : makers) {
            maker.get();
        }
        return null;
    }

    /** Others make, rename and delete entries between those that stay, from the first page to the last. */
    private Void listBesideOthers() throws Exception {
        AtomicBoolean listed = new AtomicBoolean();
        List<Future<Integer>> others = new ArrayList<>();
        for (int t = 0; t < 3; t++) {
            int number = t;
            others.add(threads.submit(() -> {
                int changes = 0;
                for (; !listed.get(); changes++) {
                    int place = (int) ((changes * 7919L + number) % ENTRIES);
                    Path passing = new Path(entry(place) + "-passing-" + number);
                    fs.create(passing, false).close();
                    Path moved = new Path(entry((int) ((place + ENTRIES / 2L) % ENTRIES)) + "-moved-" + number);
                    assertThat(fs.rename(passing, moved)).isTrue();
                    assertThat(fs.delete(moved, false)).isTrue();
                }
                return changes;
            }));
        }
        try {
            seesEachOnce(fs.listStatusIterator(BIG));
        } finally {
            listed.set(true);
        }
        for (Future<Integer> other : others) {
            assertThat(other.get()).as("changes beside the listing").isPositive();
        }
        return null;
    }

    private void cloneAndChangeOne() throws IOException {
        long start = System.nanoTime();
        fs.cloneTree(BIG, CLONE);
        System.out.printf("cloned in %d ms%n", TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - start));
        Path changed = new Path(CLONE, CHANGED.getName());
        Limits.write(fs, changed, "changed");
        assertThat(fs.delete(new Path(CLONE, entry(0).getName()), false)).isTrue();
        Limits.write(fs, new Path(CLONE, "zzz"), "new");
        assertThat(fs.getFileStatus(CHANGED).getLen()).isZero();
        assertThat(Limits.read(fs, changed)).isEqualTo("changed");
        assertThat(count(fs.listStatusIterator(CLONE))).isEqualTo(ENTRIES);
        seesEachOnce(fs.listStatusIterator(BIG));
    }

    /** Every entry that stays, once, in order; what passes may show or not. */
    private static Void seesEachOnce(RemoteIterator<FileStatus> listing) throws IOException {
        BitSet seen = new BitSet(ENTRIES);
        String before = "";
        while (listing.hasNext()) {
            String name = listing.next().getPath().getName();
            assertThat(Limits.BYTE_ORDER.compare(before, name)).as("%s before %s", before, name).isNegative();
            before = name;
            if (name.indexOf('-') < 0) {
                seen.set(Integer.parseInt(name.substring(1)));
            }
        }
        assertThat(seen.cardinality()).as("entries that stayed and were seen").isEqualTo(ENTRIES);
        return null;
    }

    private static int count(RemoteIterator<FileStatus> listing) throws IOException {
        int count = 0;
        while (listing.hasNext()) {
            listing.next();
            count++;
        }
        return count;
    }

    private static Path entry(int number) {
        return new Path(BIG, String.format("e%07d", number));
    }

    /** For reports; nothing depends on it. */
    private static void timed(String what, Callable<Void> work) throws Exception {
        long start = System.nanoTime();
        work.call();
        System.out.printf("%s: %.0f%n", what, ENTRIES / ((System.nanoTime() - start) / 1e9));
    }
}
