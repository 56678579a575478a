package io.batonfs.pools.profile;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A disk and its partition as the kernel shows them, and each way to use them. */
class KernelUseTest {
    private static final long DISK = 0x800;
    private static final long PARTITION = 0x802;

    @TempDir
    private Path directory;
    private Path disk;
    private Path mounts;
    private Path swaps;
    private KernelUse use;

    @BeforeEach
    void makeDisk() throws IOException {
        Path devices = Files.createDirectories(directory.resolve("sys/dev/block"));
        disk = Files.createDirectories(directory.resolve("sys/devices/sda"));
        Files.createDirectories(disk.resolve("holders"));
        Files.createDirectories(disk.resolve("queue"));
        Files.writeString(disk.resolve("dev"), "8:0\n");
        Files.createSymbolicLink(devices.resolve("8:0"), disk);
        Path processes = Files.createDirectories(directory.resolve("proc/self")).getParent();
        mounts = Files.writeString(processes.resolve("self/mountinfo"),
                "22 1 8:17 / / rw,relatime shared:1 - ext4 /dev/sdb1 rw\n25 22 0:23 / /proc rw - proc proc rw\n");
        swaps = Files.writeString(processes.resolve("swaps"), "Filename\tType\tSize\tUsed\tPriority\n");
        use = new KernelUse(devices, processes);
    }

    private Path makePartition() throws IOException {
        Path partition = Files.createDirectories(disk.resolve("sda2"));
        Files.createDirectories(partition.resolve("holders"));
        Files.writeString(partition.resolve("partition"), "2\n");
        Files.writeString(partition.resolve("dev"), "8:2\n");
        Files.createSymbolicLink(directory.resolve("sys/dev/block/8:2"), partition);
        return partition;
    }

    private void assertUsed(long number, String by) throws IOException {
        String user = use.ofBlockDevice(number).orElse("nothing");
        assertTrue(user.contains(by), user);
    }

    @Test
    void oneThatNothingUsesIsFree() throws IOException {
        assertEquals(Optional.empty(), use.ofBlockDevice(DISK));
        makePartition();
        assertEquals(Optional.empty(), use.ofBlockDevice(PARTITION));
        assertEquals(Optional.empty(), use.of(Files.createFile(directory.resolve("file"))));
    }

    @Test
    void aDiskIsUsedByItsPartitions() throws IOException {
        makePartition();
        assertUsed(DISK, "its partition sda2");
    }

    @Test
    void oneThatAnotherDeviceIsMadeOfIsUsed() throws IOException {
        Path partition = makePartition();
        Path holder = Files.createDirectory(partition.resolve("holders/dm-0"));
        assertUsed(PARTITION, "dm-0");
        Files.delete(holder);
        Files.createDirectory(disk.resolve("holders/md127"));
        assertUsed(PARTITION, "md127");
    }

    @Test
    void aMountedOneIsUsed() throws IOException {
        Files.writeString(mounts, "30 22 8:0 / /data rw,relatime - ext4 /dev/disk/by-label/data rw\n");
        assertUsed(DISK, "mounted");
        Files.writeString(mounts, "30 22 0:41 / /data rw,relatime master:7 - btrfs /dev/sda rw\n");
        assertUsed(DISK, "mounted");
        Files.writeString(mounts, "30 22 8:01 / /data rw,relatime - ext4 /dev/sdaa rw\n");
        assertEquals(Optional.empty(), use.ofBlockDevice(DISK));
    }

    @Test
    void swapSpaceIsUsed() throws IOException {
        Files.writeString(swaps, "Filename\tType\tSize\tUsed\tPriority\n/dev/sda    partition\t1\t0\t-2\n");
        assertUsed(DISK, "swap");
        Files.writeString(swaps, "Filename\tType\tSize\tUsed\tPriority\n/dev/sdaa    partition\t1\t0\t-2\n");
        assertEquals(Optional.empty(), use.ofBlockDevice(DISK));
    }

    @Test
    void oneThatTheKernelSaysNothingOfCountsAsUsed() throws IOException {
        assertUsed(0x900, "can't be found out");
        Files.delete(mounts);
        assertThrows(NoSuchFileException.class, () -> use.ofBlockDevice(DISK));
    }
}
