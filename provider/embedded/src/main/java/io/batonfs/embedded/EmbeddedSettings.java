package io.batonfs.embedded;

import io.batonfs.server.local.LocalGroupConfig;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * Reads how an embedded group is laid out and where, from keys that begin with {@code baton.embedded.}.
 */
public final class EmbeddedSettings {

    /** A declared key: what conf/core-site.xml explains. */
    public record Key(String name, String defaultText, String meaning) {
    }

    static final Key DIRECTORY = new Key("baton.embedded.dir", "${user.home}/.baton",
            "Directory of the embedded group that baton:/// opens; made and formatted at first use.");
    static final Key SERVERS = new Key("baton.embedded.servers", "1",
            "Storage servers inside the JVM, 1 to 16. Fixed when the group is formatted.");
    static final Key DEVICES = new Key("baton.embedded.devices", "4",
            "Device files of each server, an even number from 4 to 64: RAID 10 needs pairs, and RAID 5 three at least. "
                    + "Fixed when the group is formatted.");
    // 4 x 16 GiB: half for RAID 10 and half for RAID 5 give 16 + 24 GiB of user data, sparse until used.
    static final Key DEVICE_BYTES = new Key("baton.embedded.device.bytes", "17179869184",
            "Bytes of each device file (sparse), at least 64 MiB. Fixed when the group is formatted.");
    // Mirrors: half the space, but a small write costs two writes, where parity costs a read as well.
    static final Key POOL = new Key("baton.embedded.pool", "fast",
            "Pool of new data: fast (RAID 10) or capacity (RAID 5). What is stored already stays where it is.");
    static final Key SUPERUSER = new Key("baton.embedded.superuser", "${user.name}",
            "User that permission checks pass over; owns the root of a group that is formatted.");

    /** Every key that this module reads. */
    public static final List<Key> KEYS = List.of(DIRECTORY, SERVERS, DEVICES, DEVICE_BYTES, POOL, SUPERUSER);

    /** A client has at most 64 MiB of buffers under way, and mirrors write them twice. */
    private static final long RESERVED_BYTES = 128L << 20;

    private EmbeddedSettings() {
    }

    /**
     * Reads the settings.
     *
     * @throws IllegalArgumentException that names the key, if a value is not legal
     */
    public static LocalGroupConfig of(Map<String, String> settings) {
        String directory = settings.getOrDefault(DIRECTORY.name(), System.getProperty("user.home") + "/.baton");
        long servers = number(settings, SERVERS);
        check(servers >= 1 && servers <= 16, SERVERS, servers, "1 to 16");
        long devices = number(settings, DEVICES);
        check(devices >= 4 && devices <= 64 && devices % 2 == 0, DEVICES, devices, "an even number from 4 to 64");
        long deviceBytes = number(settings, DEVICE_BYTES);
        check(deviceBytes >= 64L << 20, DEVICE_BYTES, deviceBytes, "at least 67108864 (64 MiB)");
        String pool = settings.getOrDefault(POOL.name(), POOL.defaultText()).strip();
        check(LocalGroupConfig.POOLS.contains(pool), POOL, pool, "one of " + LocalGroupConfig.POOLS);
        return new LocalGroupConfig(Path.of(directory).toAbsolutePath().normalize(), (int) servers, (int) devices,
                deviceBytes, List.of(), RESERVED_BYTES, pool,
                settings.getOrDefault(SUPERUSER.name(), System.getProperty("user.name")), "baton.embedded.");
    }

    private static long number(Map<String, String> settings, Key key) {
        String text = settings.getOrDefault(key.name(), key.defaultText()).strip();
        try {
            return Long.parseLong(text);
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException(key.name() + " = \"" + text + "\" is not a whole number", e);
        }
    }

    private static void check(boolean legal, Key key, Object value, String range) {
        if (!legal) {
            throw new IllegalArgumentException(key.name() + " = " + value + " is not " + range);
        }
    }
}
