package io.batonfs.bench;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/** Waits until earlier runs have left nothing to be done, so that no contender pays for another's. */
@FunctionalInterface
interface Quiet {
    /** How long the disk may take to be brought up to date. */
    long SYNC_PATIENCE_MINUTES = 10;
    /** A look at processor times; Linux counts them in steps of 10 ms. */
    long LOOK_MS = 100;
    /** Three tenths of a core, over all processes: heartbeats and timers, but no reclaiming, compiling, replicating. */
    Duration IDLE = Duration.ofMillis(30);
    /** What works on for longer does so all the time, and belongs to what is measured. */
    int MOST_LOOKS = 50;

    /** Waits. */
    void await() throws IOException, InterruptedException;

    /** First this, then another. */
    default Quiet then(Quiet other) {
        return () -> {
            await();
            other.await();
        };
    }

    /** Until what is dirty in the file system of a directory is on the disk, by {@code sync -f}. */
    static Quiet written(Path directory) {
        return () -> {
            Process sync = new ProcessBuilder("sync", "-f", directory.toString())
                    .redirectErrorStream(true).redirectOutput(ProcessBuilder.Redirect.DISCARD).start();
            if (!sync.waitFor(SYNC_PATIENCE_MINUTES, TimeUnit.MINUTES)) {
                sync.destroyForcibly();
                throw new IOException("\"sync -f " + directory + "\" does not end: the disk has been busy for "
                        + SYNC_PATIENCE_MINUTES + " minutes");
            }
            if (sync.exitValue() != 0) {
                throw new IOException("\"sync -f " + directory + "\" ended with exit code " + sync.exitValue());
            }
        };
    }

    /**
     * Until processes use next to no processor time, or five seconds at most. Nothing tells when a process becomes
     * idle: its time is looked at ten times a second.
     *
     * @param cpu processor time of all of them so far
     */
    static Quiet idle(Supplier<Duration> cpu) {
        return () -> {
            Duration before = cpu.get();
            for (int look = 0; look < MOST_LOOKS; look++) {
                TimeUnit.MILLISECONDS.sleep(LOOK_MS);
                Duration now = cpu.get();
                if (now.minus(before).compareTo(IDLE) <= 0) {
                    return;
                }
                before = now;
            }
        };
    }
}
