package io.batonfs.bench;

import io.batonfs.quickstart.Tuning;
import java.util.ArrayList;
import java.util.List;

/**
 * What holds for every row of a run.
 *
 * @param samples    of each row on each contender
 * @param warmUp     runs before them that don't count
 * @param quick      whether the sizes are small
 * @param conditions how the sides are made alike, in sentences
 * @param tuned      keys that were set, their values and why
 */
record Settings(int samples, WarmUp warmUp, boolean quick, List<String> conditions, List<String> tuned) {

    /** Those of a run. */
    static Settings of(BenchOptions options, WarmUp warmUp) {
        List<String> tuned = new ArrayList<>(Tuning.lines());
        tuned.addAll(HdfsTuning.lines());
        tuned.addAll(PlainHdfsClient.lines());
        return new Settings(options.samples(), warmUp, options.quick(), alike(warmUp), tuned);
    }

    private static List<String> alike(WarmUp warmUp) {
        return List.of(
                "Redundancy: HDFS keeps each block on two DataNodes; Baton keeps each page on two of four devices (RAID"
                        + " 10). Names are in one edit log there, in one catalog log here, both forced before a change"
                        + " is acknowledged.",
                "Processes: each client in a JVM of its own with " + Processes.HEAP_MIB + " MiB of heap, as the daemon;"
                        + " NameNode and DataNodes together in one with " + Processes.HDFS_HEAP_MIB
                        + " MiB. All of them on this machine, all data on one disk.",
                "HDFS's clients read through its DataNode: reading its block files directly (short circuit) takes"
                        + " libhadoop, which Maven Central does not have. Baton's clients go by"
                        + " shared memory, as they do by themselves on their server's host.",
                "Warmed up: before its samples each contender does the row's work until three runs in a row are no better"
                        + " than those before, at most " + warmUp.most() + " times or "
                        + warmUp.mostSeconds() + " seconds, and for " + warmUp.leastSeconds() + " seconds at least.",
                "Turns: a sample of each contender, then the next of each, each round beginning with another; before each,"
                        + " what earlier runs left dirty is written to disk, and processes are waited for until they"
                        + " idle.",
                "Memory ready: before a sample of a row that writes much, as much memory as it takes was taken and given"
                        + " back, for a virtual machine's host may have to be asked for it page by page.",
                "Memory is what a process had resident at most, mapped files included; "
                        + (ProcessMeter.peaksArePerSample() ? "its peak is reset before each sample."
                                : "peaks can't be reset here, so it is what was resident after each sample."),
                "Both audit logs are on and go to files.",
                "Transport rows: client and server are two processes, but for in-process and memory-copy. The server has"
                        + " a file in memory, the client memory of its own for each request under way; three words of"
                        + " each answer are looked at at once, all bytes of the last reads after the sample. Requests"
                        + " follow each other without a pause, driven by one thread. What spins, as Aeron and the ring"
                        + " do, rests in between. Processor time is that of both processes.");
    }
}
