package io.batonfs.bench.transport;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.OptionalLong;
import java.util.stream.Stream;

/**
 * Processor time of processes in nanoseconds, where Linux counts it for each thread ({@code schedstat}); what threads
 * have used that have ended is missing, so compare only while the same ones run. Elsewhere in steps of 10 ms.
 */
public final class ProcessorTime {
    private final List<ProcessHandle> processes;

    /** Of this process and another, if there is one. */
    public ProcessorTime(OptionalLong other) {
        Stream<ProcessHandle> others = other.isPresent() ? ProcessHandle.of(other.getAsLong()).stream() : Stream.of();
        processes = Stream.concat(Stream.of(ProcessHandle.current()), others).toList();
    }

    /** Used so far, by all. */
    public long nanos() throws IOException {
        long all = 0;
        for (ProcessHandle process : processes) {
            Path threads = Path.of("/proc", Long.toString(process.pid()), "task");
            all += Files.exists(threads.resolve(Long.toString(process.pid())).resolve("schedstat"))
                    ? ofThreads(threads) : process.info().totalCpuDuration().orElse(Duration.ZERO).toNanos();
        }
        return all;
    }

    private static long ofThreads(Path threads) throws IOException {
        long all = 0;
        List<Path> each;
        try (Stream<Path> list = Files.list(threads)) {
            each = list.toList();
        }
        for (Path thread : each) {
            try {
                String line = Files.readString(thread.resolve("schedstat"));
                all += Long.parseLong(line.substring(0, line.indexOf(' ')));
            } catch (IOException e) {
                if (Files.exists(thread)) {
                    throw e;
                }
                // It has ended since the list was made: no such file, or no such process if that was open already.
            }
        }
        return all;
    }
}
