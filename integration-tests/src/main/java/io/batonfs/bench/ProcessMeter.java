package io.batonfs.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/**
 * Measures what a running process uses between two calls, from what Linux tells in {@code /proc}. Where the peak can't
 * be reset, the memory is what it is at the end; where there is no {@code /proc}, it is 0.
 */
final class ProcessMeter {
    /** Makes the kernel forget the peak of resident memory: proc(5), clear_refs. */
    private static final String FORGET_PEAK = "5";
    private static final long KIB = 1024;

    private final ProcessHandle process;
    private final Path proc;
    private final boolean knowsPeak;
    private Duration cpuBefore;

    private ProcessMeter(ProcessHandle process, Path proc, boolean knowsPeak) {
        this.process = process;
        this.proc = proc;
        this.knowsPeak = knowsPeak;
        this.cpuBefore = cpu();
    }

    /** Begins to measure a process. */
    static ProcessMeter start(long pid) {
        ProcessHandle process = ProcessHandle.of(pid)
                .orElseThrow(() -> new IllegalStateException("process " + pid + " is gone"));
        Path proc = Path.of("/proc", Long.toString(pid));
        return new ProcessMeter(process, proc, forgetPeak(proc));
    }

    private static boolean forgetPeak(Path proc) {
        try {
            Files.writeString(proc.resolve("clear_refs"), FORGET_PEAK);
            return true;
        } catch (IOException e) {
            // Not Linux, or a kernel or a container that does not let us: what is resident at the end has to do.
            return false;
        }
    }

    /** Whether peaks can be reset here, so that each sample has its own. */
    static boolean peaksArePerSample() {
        return forgetPeak(Path.of("/proc/self"));
    }

    /** What it used since the start. */
    Usage stop() throws IOException {
        Duration used = cpu().minus(cpuBefore);
        return new Usage(used.toNanos() / 1e9, residentBytes());
    }

    private Duration cpu() {
        return process.info().totalCpuDuration().orElse(Duration.ZERO);
    }

    private long residentBytes() throws IOException {
        Path status = proc.resolve("status");
        return Files.exists(status) ? residentBytes(Files.readAllLines(status), knowsPeak) : 0;
    }

    /**
     * Reads the lines of {@code /proc/PID/status}.
     *
     * @param peak whether the peak is wanted, or what is resident now
     */
    static long residentBytes(List<String> status, boolean peak) throws IOException {
        String key = peak ? "VmHWM:" : "VmRSS:";
        for (String line : status) {
            if (line.startsWith(key)) {
                return Long.parseLong(line.substring(key.length()).replace("kB", "").strip()) * KIB;
            }
        }
        throw new IOException("no line begins with " + key + ": the process has ended");
    }
}
