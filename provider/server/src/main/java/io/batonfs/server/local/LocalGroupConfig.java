package io.batonfs.server.local;

import java.nio.file.Path;
import java.util.Objects;

/**
 * How a group inside one process is laid out and where.
 *
 * @param directory   everything that the group keeps
 * @param servers     storage servers, at least 1; counts only when the group is formatted
 * @param devices     device files of each server, an even number; counts only when formatted
 * @param deviceBytes size of each device file; the files are sparse, so that only what is used takes space; counts only
 *                    when formatted
 * @param superuser   who may do everything
 */
public record LocalGroupConfig(Path directory, int servers, int devices, long deviceBytes, String superuser) {

    /** Whoever is in this group passes permission checks too, as in HDFS. */
    static final String SUPERGROUP = "supergroup";

    /** Checks for nulls. */
    public LocalGroupConfig {
        Objects.requireNonNull(directory, "directory");
        Objects.requireNonNull(superuser, "superuser");
    }
}
