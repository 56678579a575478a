package io.batonfs.bench;

import com.sun.management.OperatingSystemMXBean;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * Where the figures are from.
 *
 * @param cores       that this JVM may use
 * @param processor   its model, as Linux calls it
 * @param memoryBytes of the machine, or of the container if that has less
 * @param system      operating system and version
 * @param jdk         version and vendor of the Java machine of all processes
 * @param fileSystem  what the devices, the HDFS and the plain files are on
 * @param loadAverage processes that wanted to run in the last minute before the start; much above 0 spoils figures
 */
record Machine(
        int cores, String processor, long memoryBytes, String system, String jdk, String fileSystem,
        double loadAverage) {

    /** This one, with the file system of a directory that is there. */
    static Machine here(Path directory) throws IOException {
        OperatingSystemMXBean system = (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
        return new Machine(
                Runtime.getRuntime().availableProcessors(),
                processor(Path.of("/proc/cpuinfo")),
                system.getTotalMemorySize(),
                system.getName() + " " + system.getVersion() + " " + system.getArch(),
                System.getProperty("java.vm.version") + " " + System.getProperty("java.vm.vendor"),
                Files.getFileStore(directory).type(),
                system.getSystemLoadAverage());
    }

    private static String processor(Path cpuInfo) throws IOException {
        List<String> lines = Files.exists(cpuInfo) ? Files.readAllLines(cpuInfo) : List.of();
        return lines.stream().filter(line -> line.startsWith("model name")).findFirst()
                .map(line -> line.substring(line.indexOf(':') + 1).strip()).orElse("unknown");
    }
}
