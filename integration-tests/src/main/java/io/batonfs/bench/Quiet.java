package io.batonfs.bench;

import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;

/** Waits until what earlier runs left unwritten is on the disk, so that no contender pays for another's. */
@FunctionalInterface
interface Quiet {

    /** Waits. */
    void await() throws IOException, InterruptedException;

    /** By {@code sync -f} for the file system of a directory. */
    static Quiet of(Path directory) {
        return () -> {
            Process sync = new ProcessBuilder("sync", "-f", directory.toString())
                    .redirectErrorStream(true).redirectOutput(ProcessBuilder.Redirect.DISCARD).start();
            if (!sync.waitFor(10, TimeUnit.MINUTES)) {
                sync.destroyForcibly();
                throw new IOException("\"sync -f " + directory + "\" does not end: the disk is busy for ten minutes");
            }
            if (sync.exitValue() != 0) {
                throw new IOException("\"sync -f " + directory + "\" ended with exit code " + sync.exitValue());
            }
        };
    }
}
