package io.batonfs.leaks;

import java.io.IOException;
import java.lang.management.BufferPoolMXBean;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What a JVM holds, told by itself right after full collections.
 *
 * @param heapBytes     heap that is used
 * @param directBytes   memory of direct buffers
 * @param directBuffers direct buffers
 * @param sockets       descriptors that are sockets
 * @param descriptors   all others
 * @param threads       Java's threads
 * @param residentBytes all memory, native libraries' and the heap's unused too: to be looked at, not compared
 */
record ProcessFigures(long heapBytes, long directBytes, long directBuffers, long sockets, long descriptors, long threads,
        long residentBytes) {
    /** Collections until what finalizers and cleaners let go is gone too. */
    private static final int COLLECTIONS = 4;

    /** This JVM now. */
    static ProcessFigures measure() throws IOException {
        long heap = Long.MAX_VALUE;
        for (int i = 0; i < COLLECTIONS; i++) {
            System.gc();
            System.runFinalization();
            heap = Math.min(heap, ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed());
        }
        BufferPoolMXBean direct = ManagementFactory.getPlatformMXBeans(BufferPoolMXBean.class).stream()
                .filter(pool -> pool.getName().equals("direct")).findFirst().orElseThrow();
        Map<Boolean, Long> descriptors = bySocket();
        return new ProcessFigures(heap, direct.getMemoryUsed(), direct.getCount(), descriptors.getOrDefault(true, 0L),
                descriptors.getOrDefault(false, 0L), ManagementFactory.getThreadMXBean().getThreadCount(), resident());
    }

    /** How many are sockets, and how many are not. */
    private static Map<Boolean, Long> bySocket() throws IOException {
        try (Stream<Path> open = Files.list(Path.of("/proc/self/fd"))) {
            return open.map(ProcessFigures::target).filter(target -> !target.isEmpty())
                    .collect(Collectors.partitioningBy(target -> target.startsWith("socket:"), Collectors.counting()));
        }
    }

    private static String target(Path descriptor) {
        try {
            return Files.readSymbolicLink(descriptor).toString();
        } catch (NoSuchFileException e) {
            return ""; // the listing's own
        } catch (IOException e) {
            throw new AssertionError("what " + descriptor + " is can't be told", e);
        }
    }

    private static long resident() throws IOException {
        String line = Files.readAllLines(Path.of("/proc/self/status")).stream()
                .filter(each -> each.startsWith("VmRSS:")).findFirst().orElseThrow();
        return Long.parseLong(line.replaceAll("\\D", "")) * 1024;
    }

    /** How often each name of a thread is there, numbers in them left out: for the search after a leak. */
    static Map<String, Long> threadNames() {
        return Thread.getAllStackTraces().keySet().stream()
                .collect(Collectors.groupingBy(thread -> thread.getName().replaceAll("\\d+", "#"), TreeMap::new,
                        Collectors.counting()));
    }

    /** As words with spaces between them. */
    String toLine() {
        return heapBytes + " " + directBytes + " " + directBuffers + " " + sockets + " " + descriptors + " " + threads
                + " " + residentBytes;
    }

    /** What {@link #toLine} gave. */
    static ProcessFigures ofLine(String line) {
        List<Long> words = Stream.of(line.split(" ")).map(Long::valueOf).toList();
        return new ProcessFigures(words.get(0), words.get(1), words.get(2), words.get(3), words.get(4), words.get(5),
                words.get(6));
    }
}
