package io.batonfs.pools.profile;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/**
 * What a device is known by from one measurement to the next. Speed belongs to the hardware and not to what is on it,
 * so formatting changes nothing: a disk is known by the serial number that the kernel tells (and a partition by its
 * number and beginning on it), a file by its path and its number in the file system, all else by its path.
 *
 * @param value 1 to {@value #MOST_BYTES} bytes of UTF-8
 */
public record DeviceIdentity(String value) {
    static final int MOST_BYTES = 8192;

    static final Path KERNEL_DEVICES = Path.of("/sys/dev/block");
    /** The file type in a file's mode, and what it is for a block device: stat(2). */
    private static final int TYPE_MASK = 0170000;
    private static final int BLOCK_DEVICE = 0060000;
    private static final String[] SERIAL_NUMBERS = {"wwid", "device/wwid", "device/serial", "serial"};

    /** Checks the length. */
    public DeviceIdentity {
        int bytes = value.getBytes(StandardCharsets.UTF_8).length;
        if (bytes < 1 || bytes > MOST_BYTES) {
            throw new IllegalArgumentException("an identity of " + bytes + " bytes");
        }
    }

    /** Whether something is a block device or a regular file, told without opening it. */
    static boolean isDevice(Path path) throws IOException {
        if (Files.isRegularFile(path)) {
            return true;
        }
        return path.getFileSystem().supportedFileAttributeViews().contains("unix")
                && ((Integer) Files.getAttribute(path, "unix:mode") & TYPE_MASK) == BLOCK_DEVICE;
    }

    /** Asks the operating system about a file or special file. */
    public static DeviceIdentity of(Path path) throws IOException {
        Path real = path.toRealPath();
        if (!real.getFileSystem().supportedFileAttributeViews().contains("unix")) {
            return new DeviceIdentity("path " + real);
        }
        Map<String, Object> attributes = Files.readAttributes(real, "unix:mode,ino,rdev");
        if (((Integer) attributes.get("mode") & TYPE_MASK) == BLOCK_DEVICE) {
            return ofBlockDevice(KERNEL_DEVICES, (Long) attributes.get("rdev"), real);
        }
        return new DeviceIdentity("file " + real + " inode " + attributes.get("ino"));
    }

    /**
     * The identity of a block device.
     *
     * @param kernelDevices directory with a link for each device, called by its numbers
     * @param number        the device's numbers as stat(2) has them
     * @param path          what to fall back to
     */
    static DeviceIdentity ofBlockDevice(Path kernelDevices, long number, Path path) throws IOException {
        Path link = kernelDevices.resolve(numbers(number));
        if (Files.exists(link)) {
            Path device = link.toRealPath();
            String partition = line(device.resolve("partition"));
            Path disk = partition.isEmpty() ? device : device.getParent();
            for (String file : SERIAL_NUMBERS) {
                String serial = line(disk.resolve(file));
                if (!serial.isEmpty()) {
                    return new DeviceIdentity("disk " + serial + (partition.isEmpty() ? ""
                            : " partition " + partition + " at sector " + line(device.resolve("start"))));
                }
            }
        }
        return new DeviceIdentity("path " + path);
    }

    /** A device's numbers as sysfs writes them, of those that stat(2) has. */
    static String numbers(long number) {
        long major = number >>> 8 & 0xFFF | number >>> 32 & ~0xFFFL;
        long minor = number & 0xFF | number >>> 12 & ~0xFFL & 0xFFFFFFFFL;
        return major + ":" + minor;
    }

    /** Empty if there is none: a driver may offer an attribute, and fail when it is read because a device has none. */
    private static String line(Path file) {
        try {
            return new String(Files.readAllBytes(file), StandardCharsets.UTF_8).strip();
        } catch (IOException e) {
            return "";
        }
    }

    @Override
    public String toString() {
        return value;
    }
}
