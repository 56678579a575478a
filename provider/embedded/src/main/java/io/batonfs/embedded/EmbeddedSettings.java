package io.batonfs.embedded;

import io.batonfs.server.local.LocalGroupConfig;
import io.batonfs.server.local.PoolSettings;
import io.batonfs.server.storage.MaintenanceSettings;
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
    // Off: such a group lives as long as its user's job, whose devices and processors it would take; a pass of 64 MiB/s
    // would be begun by whoever opens the group a week later, and ended by nobody. What he reads is checked and mended.
    static final Key SCRUB = new Key("baton.embedded.scrub.enabled", "false",
            "Whether all that the devices hold is read in the background, time and again, and mended; what "
                    + "baton.server.scrub.* say of a server. Off, because it would take its share of the machine from "
                    + "whatever this JVM is for; true is for JVMs that live for days, as those of notebooks.");
    static final Key SCRUB_RATE = new Key("baton.embedded.scrub.bytes.per.second", "8388608",
            "Most bytes that scrubbing reads and writes in a second, 65536 to 1099511627776. 8 MiB/s: an eighth of a "
                    + "server's.");
    static final Key SCRUB_INTERVAL = new Key("baton.embedded.scrub.interval.hours", "168",
            "Hours from the end of a pass to the beginning of the next, 0 to 87840. A pass that the JVM's end cuts short "
                    + "goes on in the next one.");
    static final Key SUPERUSER = new Key("baton.embedded.superuser", "${user.name}",
            "User that permission checks pass over; owns the root of a group that is formatted.");

    /** Every key that this module reads. */
    public static final List<Key> KEYS = List.of(DIRECTORY, SERVERS, DEVICES, DEVICE_BYTES, POOLS, POOL, SCRUB, SCRUB_RATE,
            SCRUB_INTERVAL, SUPERUSER);

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
                deviceBytes, List.of(), pools, RESERVED_BYTES, maintenance(settings),
                settings.getOrDefault(SUPERUSER.name(), System.getProperty("user.name")), PREFIX)
                .checkedIfToBeFormatted();
    }

    private static MaintenanceSettings maintenance(Map<String, String> settings) {
        long rate = number(settings, SCRUB_RATE);
        check(rate >= MaintenanceSettings.LEAST_SCRUB_RATE && rate <= MaintenanceSettings.MOST_SCRUB_RATE, SCRUB_RATE,
                rate, MaintenanceSettings.LEAST_SCRUB_RATE + " to " + MaintenanceSettings.MOST_SCRUB_RATE);
        long hours = number(settings, SCRUB_INTERVAL);
        check(hours >= 0 && hours <= MaintenanceSettings.MOST_SCRUB_HOURS, SCRUB_INTERVAL, hours,
                "0 to " + MaintenanceSettings.MOST_SCRUB_HOURS);
        return switch (text(settings, SCRUB)) {
            case "true" -> MaintenanceSettings.scrubbing(rate, hours, PREFIX);
            case "false" -> MaintenanceSettings.none(PREFIX);
            default -> throw new IllegalArgumentException(
                    SCRUB.name() + " = \"" + text(settings, SCRUB) + "\" is not true or false");
        };
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
