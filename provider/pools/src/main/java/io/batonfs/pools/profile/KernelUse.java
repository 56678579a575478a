package io.batonfs.pools.profile;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Says whether the operating system uses a block device: for another device that is made of it (device mapper, RAID),
 * by its partitions, a mount or as swap space. Such a device may look blank at its ends and be in use all the same. Mounts
 * of other mount namespaces are not seen. What can't be found out counts as in use. Stateless.
 *
 * <p>From the files of Linux: sysfs(5), proc_pid_mountinfo(5), proc_swaps(5).
 */
public final class KernelUse {
    /** This machine's kernel. */
    public static final KernelUse OF_THIS_MACHINE = new KernelUse(DeviceIdentity.KERNEL_DEVICES, Path.of("/proc"));

    private static final int MOUNTED_NUMBERS_FIELD = 2;

    private final Path kernelDevices;
    private final Path processes;

    /**
     * What a kernel says.
     *
     * @param kernelDevices directory with a link for each block device, called by its numbers
     * @param processes     directory with {@code self/mountinfo} and {@code swaps}
     */
    KernelUse(Path kernelDevices, Path processes) {
        this.kernelDevices = kernelDevices;
        this.processes = processes;
    }

    /**
     * What uses a device.
     *
     * @return for people; empty if nothing does, or if it is a regular file
     */
    public Optional<String> of(Path path) throws IOException {
        if (Files.isRegularFile(path)) {
            return Optional.empty();
        }
        return ofBlockDevice((Long) Files.getAttribute(path, "unix:rdev"));
    }

    /** @param number the device's numbers as stat(2) has them */
    Optional<String> ofBlockDevice(long number) throws IOException {
        Path link = kernelDevices.resolve(DeviceIdentity.numbers(number));
        if (!Files.isDirectory(link)) {
            return Optional.of("maybe something that can't be found out, as there is no " + link);
        }
        Path device = link.toRealPath();
        List<Path> concerned = new ArrayList<>(List.of(device));
        if (Files.exists(device.resolve("partition"))) {
            concerned.add(device.getParent());
        } else {
            for (Path child : children(device)) {
                if (Files.exists(child.resolve("partition"))) {
                    return Optional.of("its partition " + child.getFileName());
                }
            }
        }
        for (Path each : concerned) {
            Optional<String> user = user(each);
            if (user.isPresent()) {
                return user;
            }
        }
        return Optional.empty();
    }

    private Optional<String> user(Path device) throws IOException {
        Path holders = device.resolve("holders");
        if (Files.isDirectory(holders)) {
            for (Path holder : children(holders)) {
                return Optional.of("device " + holder.getFileName() + ", which is made of it");
            }
        }
        String numbers = Files.readString(device.resolve("dev"), StandardCharsets.UTF_8).strip();
        String special = "/dev/" + device.getFileName();
        for (String mount : Files.readAllLines(processes.resolve("self/mountinfo"), StandardCharsets.ISO_8859_1)) {
            List<String> fields = List.of(mount.split(" "));
            // A file system of several devices has numbers of its own; its source is one of them.
            if (fields.get(MOUNTED_NUMBERS_FIELD).equals(numbers)
                    || fields.subList(fields.indexOf("-") + 1, fields.size()).contains(special)) {
                return Optional.of("a mounted file system");
            }
        }
        Path swaps = processes.resolve("swaps");
        // A kernel may be made without.
        if (Files.exists(swaps)) {
            for (String swap : Files.readAllLines(swaps, StandardCharsets.ISO_8859_1)) {
                if (swap.startsWith(special + " ") || swap.startsWith(special + "\t")) {
                    return Optional.of("the kernel, as swap space");
                }
            }
        }
        return Optional.empty();
    }

    private static List<Path> children(Path directory) throws IOException {
        List<Path> children = new ArrayList<>();
        try (DirectoryStream<Path> found = Files.newDirectoryStream(directory)) {
            found.forEach(children::add);
        }
        return children;
    }
}
