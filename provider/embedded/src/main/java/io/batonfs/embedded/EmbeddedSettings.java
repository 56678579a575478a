package io.batonfs.embedded;

import io.batonfs.server.local.LocalGroupConfig;
import io.batonfs.server.local.PoolSettings;
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
            "Device files of each server, 1 to 64, as many as the levels of its pools take. Fixed when the group is "
                    + "formatted.");
    // 4 x 16 GiB: half for RAID 10 and half for RAID 5 give 16 + 24 GiB of user data, sparse until used.
    static final Key DEVICE_BYTES = new Key("baton.embedded.device.bytes", "17179869184",
            "Bytes of each device file (sparse), at least 64 MiB. Fixed when the group is formatted.");
    // Mirrors come first and so take what asks for nothing: half the space, but a small write costs two writes, where
    // parity costs a read as well.
    static final Key POOLS = new Key("baton.embedded.pools", PoolSettings.DEFAULT,
            "Pools of each server, in the order in which they lie on its devices; the syntax, the levels and what "
                    + "they take are those of baton.server.pools, see conf/baton-site.xml. Fixed when the group is "
                    + "formatted.");
    static final Key POOL = new Key("baton.embedded.pool", "",
            "Pool of new data that no storage policy sends elsewhere, one of those on the devices. Empty: the first "
                    + "there that is not level 0, or the first if all are. "
                    + "What is stored already stays where it is.");
    static final Key SUPERUSER = new Key("baton.embedded.superuser", "${user.name}",
            "User that permission checks pass over; owns the root of a group that is formatted.");

    /** Every key that this module reads. */
    public static final List<Key> KEYS = List.of(DIRECTORY, SERVERS, DEVICES, DEVICE_BYTES, POOLS, POOL, SUPERUSER);

    private static final String PREFIX = "baton.embedded.";
    private static final int MOST_DEVICES = 64;

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
        check(devices >= 1 && devices <= MOST_DEVICES, DEVICES, devices, "1 to " + MOST_DEVICES);
        long deviceBytes = number(settings, DEVICE_BYTES);
        check(deviceBytes >= 64L << 20, DEVICE_BYTES, deviceBytes, "at least 67108864 (64 MiB)");
        PoolSettings pools = PoolSettings.read(
                PREFIX, text(settings, POOLS), text(settings, POOL), DEVICES.name(), (int) devices);
        return new LocalGroupConfig(Path.of(directory).toAbsolutePath().normalize(), (int) servers, (int) devices,
                deviceBytes, List.of(), pools, RESERVED_BYTES,
                settings.getOrDefault(SUPERUSER.name(), System.getProperty("user.name")), PREFIX)
                .checkedIfToBeFormatted();
    }

    private static long number(Map<String, String> settings, Key key) {
        String text = text(settings, key);
        try {
            return Long.parseLong(text);
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException(key.name() + " = \"" + text + "\" is not a whole number", e);
        }
    }

    private static String text(Map<String, String> settings, Key key) {
        return settings.getOrDefault(key.name(), key.defaultText()).strip();
    }

    private static void check(boolean legal, Key key, Object value, String range) {
        if (!legal) {
            throw new IllegalArgumentException(key.name() + " = " + value + " is not " + range);
        }
    }
}
