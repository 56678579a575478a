package io.batonfs.server.daemon;

import io.batonfs.pools.placement.PlacementGranularity;
import io.batonfs.server.local.LocalGroupConfig;
import io.batonfs.server.local.PoolSettings;
import io.batonfs.server.storage.DeviceRules;
import io.batonfs.server.storage.MaintenanceSettings;
import io.batonfs.server.storage.PlacementSettings;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.security.UserGroupInformation;

/**
 * What a daemon is told at its start, read once from Hadoop's configuration with baton-site.xml in it ({@link DaemonKey}).
 *
 * @param group              the group
 * @param rpc                where control calls are taken
 * @param rpcHandlers        threads that answer them
 * @param data               where the first storage server listens; each further one at the next port
 * @param sharedMemory       whether and where it shares memory with clients of this host
 * @param http               where health and metrics are shown
 * @param advertisedHost     what clients are told to connect to; empty: found out
 * @param exitOnFailedCatalog whether the process ends when its catalog has stopped
 * @param shutdownTimeoutMs  after so long an orderly shutdown is cut short
 * @param hadoop             Hadoop's own configuration: security, RPC; not to be changed any more
 */
public record DaemonConfig(
        LocalGroupConfig group, HostPort rpc, int rpcHandlers, HostPort data, SharedMemoryConfig sharedMemory,
        HostPort http,
        Optional<String> advertisedHost, boolean exitOnFailedCatalog, long shutdownTimeoutMs, Configuration hadoop) {
    private static final int MOST_DEVICES = 64;
    private static final long LEAST_DEVICE_BYTES = 64L << 20;
    private static final int LEAST_RING_BYTES = 16 << 10;
    private static final int MOST_RING_BYTES = 64 << 20;
    private static final int RING_UNIT_BYTES = 4096;

    /** Checks for nulls. */
    public DaemonConfig {
        Objects.requireNonNull(group, "group");
        Objects.requireNonNull(rpc, "rpc");
        Objects.requireNonNull(data, "data");
        Objects.requireNonNull(sharedMemory, "sharedMemory");
        Objects.requireNonNull(http, "http");
        Objects.requireNonNull(advertisedHost, "advertisedHost");
        Objects.requireNonNull(hadoop, "hadoop");
    }

    /**
     * Reads a configuration.
     *
     * @throws IllegalArgumentException naming key, value and range if one is not legal, or a key that there is not
     * @throws IOException              if the user that this process runs as is not known
     */
    public static DaemonConfig from(Configuration conf) throws IOException {
        refuseUnknownKeys(conf);
        HostPort data = address(conf, DaemonKey.DATA_ADDRESS);
        LocalGroupConfig group = group(conf);
        if (data.port() + group.servers() - 1 > 0xFFFF) {
            throw illegal(DaemonKey.DATA_ADDRESS, data.toString(), "a port that leaves room for one of each of "
                    + group.servers() + " storage servers below 65536");
        }
        HostPort rpc = address(conf, DaemonKey.RPC_ADDRESS);
        HostPort http = address(conf, DaemonKey.HTTP_ADDRESS);
        refuseSharedPort(DaemonKey.RPC_ADDRESS, rpc, DaemonKey.DATA_ADDRESS, data, group.servers());
        refuseSharedPort(DaemonKey.HTTP_ADDRESS, http, DaemonKey.DATA_ADDRESS, data, group.servers());
        refuseSharedPort(DaemonKey.HTTP_ADDRESS, http, DaemonKey.RPC_ADDRESS, rpc, 1);
        return new DaemonConfig(group, rpc, (int) number(conf, DaemonKey.RPC_HANDLERS, 1, 4096), data,
                sharedMemory(conf), http,
                Optional.of(text(conf, DaemonKey.ADVERTISED_HOST)).filter(host -> !host.isEmpty()),
                flag(conf, DaemonKey.EXIT_ON_FAILED_CATALOG),
                number(conf, DaemonKey.SHUTDOWN_TIMEOUT_MS, 1000, 3_600_000), conf);
    }

    private static void refuseUnknownKeys(Configuration conf) {
        Set<String> known = DaemonKey.ALL.stream().map(DaemonKey::name).collect(Collectors.toSet());
        Set<String> unknown = new TreeSet<>();
        conf.getPropsWithPrefix(DaemonKey.PREFIX).keySet().forEach(rest -> unknown.add(DaemonKey.PREFIX + rest));
        unknown.removeAll(known);
        if (!unknown.isEmpty()) {
            throw new IllegalArgumentException("there is no setting " + String.join(", ", unknown)
                    + "; those that there are: " + String.join(", ", new TreeSet<>(known)));
        }
    }

    /**
     * Found out when the second one listens, it would look as if another process had the port.
     *
     * @param taken what listens at {@code count} ports already, from that of {@code first}
     */
    private static void refuseSharedPort(
            DaemonKey key, HostPort address, DaemonKey taken, HostPort first, int count) {
        int offset = address.port() - first.port();
        if (address.port() != 0 && first.port() != 0 && offset >= 0 && offset < count
                && address.host().equals(first.host())) {
            throw illegal(key, address.toString(), "a port of its own: " + taken.name() + " = " + first
                    + " takes " + count + " from there on");
        }
    }

    private static LocalGroupConfig group(Configuration conf) throws IOException {
        List<List<Path>> paths = devicePaths(text(conf, DaemonKey.DEVICES));
        int servers = (int) number(conf, DaemonKey.SERVERS, 1, 16);
        int devices = (int) number(conf, DaemonKey.DEVICES_PER_SERVER, 1, MOST_DEVICES);
        if (!paths.isEmpty()) {
            devices = paths.get(0).size();
            if (conf.get(DaemonKey.SERVERS.name()) == null) {
                servers = paths.size();
            }
        }
        if (devices > MOST_DEVICES) {
            throw illegal(DaemonKey.DEVICES, text(conf, DaemonKey.DEVICES), "a list of at most " + MOST_DEVICES
                    + " devices for each storage server");
        }
        PoolSettings pools = PoolSettings.read(
                DaemonKey.PREFIX, text(conf, DaemonKey.POOLS), text(conf, DaemonKey.POOL),
                (paths.isEmpty() ? DaemonKey.DEVICES_PER_SERVER : DaemonKey.DEVICES).name(), devices);
        String superuser = text(conf, DaemonKey.SUPERUSER);
        return new LocalGroupConfig(path(DaemonKey.DIRECTORY, text(conf, DaemonKey.DIRECTORY)), servers, devices,
                number(conf, DaemonKey.DEVICE_BYTES, LEAST_DEVICE_BYTES, 1L << 50), paths, pools,
                number(conf, DaemonKey.RESERVED_BYTES, 0, 1L << 50), maintenance(conf),
                superuser.isEmpty() ? UserGroupInformation.getCurrentUser().getShortUserName() : superuser,
                new PlacementSettings(flag(conf, DaemonKey.PLACEMENT),
                        number(conf, DaemonKey.PLACEMENT_BANDWIDTH, 1, 65536) << 20,
                        number(conf, DaemonKey.PLACEMENT_INTERVAL_MS, 1000, 3_600_000),
                        granularity(conf)),
                DaemonKey.PREFIX).checkedIfToBeFormatted();
    }

    private static PlacementGranularity granularity(Configuration conf) {
        String text = text(conf, DaemonKey.PLACEMENT_GRANULARITY);
        return switch (text) {
            case "page" -> PlacementGranularity.PAGE;
            case "extent" -> PlacementGranularity.EXTENT;
            case "volume" -> PlacementGranularity.VOLUME;
            default -> throw illegal(DaemonKey.PLACEMENT_GRANULARITY, text, "page, extent or volume");
        };
    }

    private static MaintenanceSettings maintenance(Configuration conf) {
        long rate = number(conf, DaemonKey.SCRUB_RATE,
                MaintenanceSettings.LEAST_SCRUB_RATE, MaintenanceSettings.MOST_SCRUB_RATE);
        long hours = number(conf, DaemonKey.SCRUB_INTERVAL, 0, MaintenanceSettings.MOST_SCRUB_HOURS);
        long most = number(conf, DaemonKey.REBUILD_MOST,
                MaintenanceSettings.LEAST_REBUILD_RATE, MaintenanceSettings.MOST_REBUILD_RATE);
        long least = number(conf, DaemonKey.REBUILD_LEAST, MaintenanceSettings.LEAST_REBUILD_RATE,
                MaintenanceSettings.MOST_REBUILD_RATE);
        if (least > most) {
            throw illegal(DaemonKey.REBUILD_LEAST, Long.toString(least), "at most what " + DaemonKey.REBUILD_MOST.name()
                    + " is, " + most);
        }
        MaintenanceSettings settings = flag(conf, DaemonKey.SCRUB)
                ? MaintenanceSettings.scrubbing(rate, hours, DaemonKey.PREFIX)
                : MaintenanceSettings.none(DaemonKey.PREFIX);
        return settings.rebuilding(most, least).waitingForMissing(Duration.ofMinutes(
                        number(conf, DaemonKey.SPARE_DELAY, 0, MaintenanceSettings.MOST_SPARE_DELAY_MINUTES)))
                .packing(flag(conf, DaemonKey.PACKING))
                .retiring(number(conf, DaemonKey.RETIRE_BANDWIDTH, 1, 65536) << 20)
                .watching(new DeviceRules((int) number(conf, DaemonKey.DEVICE_DAMAGED, 0, DeviceRules.MOST_DAMAGED_BLOCKS),
                        Duration.ofSeconds(number(conf, DaemonKey.DEVICE_HUNG, 1, DeviceRules.MOST_HUNG_SECONDS))));
    }

    private static SharedMemoryConfig sharedMemory(Configuration conf) {
        String enabled = text(conf, DaemonKey.SHARED_MEMORY);
        SharedMemoryConfig.Use use = switch (enabled) {
            case "auto" -> SharedMemoryConfig.Use.IF_POSSIBLE;
            case "true" -> SharedMemoryConfig.Use.REQUIRED;
            case "false" -> SharedMemoryConfig.Use.OFF;
            default -> throw illegal(DaemonKey.SHARED_MEMORY, enabled, "auto, true or false");
        };
        long ringBytes = number(conf, DaemonKey.SHARED_MEMORY_RING, LEAST_RING_BYTES, MOST_RING_BYTES);
        if (ringBytes % RING_UNIT_BYTES != 0) {
            throw illegal(DaemonKey.SHARED_MEMORY_RING, Long.toString(ringBytes), "a multiple of " + RING_UNIT_BYTES);
        }
        return new SharedMemoryConfig(use,
                path(DaemonKey.SHARED_MEMORY_DIRECTORY, text(conf, DaemonKey.SHARED_MEMORY_DIRECTORY)),
                Stream.of(text(conf, DaemonKey.SHARED_MEMORY_USERS).split(",")).map(String::strip)
                        .filter(user -> !user.isEmpty()).collect(Collectors.toSet()),
                number(conf, DaemonKey.SHARED_MEMORY_BYTES, 0, 1L << 40), (int) ringBytes);
    }

    private static List<List<Path>> devicePaths(String text) {
        if (text.isEmpty()) {
            return List.of();
        }
        return Stream.of(text.split(";", -1)).map(ofOne -> Stream.of(ofOne.split(",", -1))
                .map(String::strip).map(path -> path(DaemonKey.DEVICES, path)).toList()).toList();
    }

    private static Path path(DaemonKey key, String text) {
        if (text.isEmpty() || !Path.of(text).isAbsolute()) {
            throw illegal(key, text, "an absolute path");
        }
        return Path.of(text).normalize();
    }

    private static HostPort address(Configuration conf, DaemonKey key) {
        String text = text(conf, key);
        try {
            return HostPort.parse(text);
        } catch (IllegalArgumentException e) {
            throw illegal(key, text, "host:port with a port from 0 to 65535: " + e.getMessage());
        }
    }

    private static long number(Configuration conf, DaemonKey key, long least, long most) {
        String range = "a whole number from " + least + " to " + most;
        String text = text(conf, key);
        long value;
        try {
            value = Long.parseLong(text);
        } catch (NumberFormatException e) {
            throw illegal(key, text, range);
        }
        if (value < least || value > most) {
            throw illegal(key, text, range);
        }
        return value;
    }

    private static boolean flag(Configuration conf, DaemonKey key) {
        String text = text(conf, key);
        return switch (text) {
            case "true" -> true;
            case "false" -> false;
            default -> throw illegal(key, text, "true or false");
        };
    }

    private static String text(Configuration conf, DaemonKey key) {
        return conf.get(key.name(), key.defaultText()).strip();
    }

    private static IllegalArgumentException illegal(DaemonKey key, String value, String range) {
        return new IllegalArgumentException(key.name() + " = \"" + value + "\" is not " + range);
    }

    /** What block locations call this host. */
    String hostName() throws IOException {
        if (advertisedHost.isPresent()) {
            return advertisedHost.get();
        }
        return data.isEveryAddress() ? InetAddress.getLocalHost().getCanonicalHostName() : data.host();
    }
}
