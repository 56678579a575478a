package io.batonfs.server.local;

import io.batonfs.server.storage.MaintenanceSettings;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;

/**
 * How a group inside one process is laid out and where.
 *
 * @param directory     everything that the group keeps, but for devices that are named
 * @param servers       storage servers, at least 1; counts only when the group is formatted
 * @param devices       devices of each server, as many as the levels of the pools take; counts only when formatted
 * @param deviceBytes   size of each device file that is made; the files are sparse, so that only what is used takes space;
 *                      counts only when formatted
 * @param devicePaths   for each server the paths of its devices, files or block devices; empty: files below the directory
 * @param pools         the pools on the devices of each server, which count only when formatted, and the one of new
 *                      data; what is stored already stays where it is
 * @param reservedBytes when the file system of the directory or of a sparse device file has less left, changes are refused
 * @param maintenance   what the storage servers do to their devices by themselves
 * @param superuser     who may do everything
 * @param keyPrefix     what the settings are called by whom they come from, for messages: "baton.embedded."
 */
public record LocalGroupConfig(
        Path directory, int servers, int devices, long deviceBytes, List<List<Path>> devicePaths,
        PoolSettings pools, long reservedBytes, MaintenanceSettings maintenance, String superuser, String keyPrefix) {

    /** Whoever is in this group passes permission checks too, as in HDFS. */
    static final String SUPERGROUP = "supergroup";

    /** Checks for nulls, and that no device is named twice. */
    public LocalGroupConfig {
        Objects.requireNonNull(directory, "directory");
        Objects.requireNonNull(pools, "pools");
        Objects.requireNonNull(maintenance, "maintenance");
        Objects.requireNonNull(superuser, "superuser");
        Objects.requireNonNull(keyPrefix, "keyPrefix");
        devicePaths = devicePaths.stream().map(List::copyOf).toList();
        checkNoneTwice(devicePaths, keyPrefix);
    }

    /**
     * These settings, if the directory holds a group already or one could be formatted by them. What counts only when a
     * group is formatted keeps none from being opened: a device that has died may be left out of the list, and the
     * pools may have other names on the devices.
     *
     * @throws IllegalArgumentException with key, value, reason and remedy otherwise
     */
    public LocalGroupConfig checkedIfToBeFormatted() {
        if (!new GroupFiles(directory).isFormatted()) {
            checkFormat();
        }
        return this;
    }

    /**
     * Checks what counts only when a group is formatted.
     *
     * @throws IllegalArgumentException with key, value, reason and remedy, if none can be by these settings
     */
    void checkFormat() {
        for (List<Path> ofOne : devicePaths) {
            if (ofOne.size() != devices || devicePaths.size() != servers) {
                throw new IllegalArgumentException(keyPrefix + "devices names " + devicePaths.size() + " server(s), one of "
                        + "them with " + ofOne.size() + " device(s); " + servers + " with " + devices + " each are expected");
            }
        }
        pools.misfit().ifPresent(reason -> {
            throw new IllegalArgumentException(reason);
        });
    }

    private static void checkNoneTwice(List<List<Path>> devicePaths, String keyPrefix) {
        Set<Path> seen = new HashSet<>();
        for (List<Path> ofOne : devicePaths) {
            for (Path path : ofOne) {
                if (!seen.add(path)) {
                    throw new IllegalArgumentException(keyPrefix + "devices names " + path + " twice");
                }
            }
        }
    }

    /** The full name of a setting, for messages. */
    String key(String name) {
        return keyPrefix + name;
    }
}
