package io.batonfs.catalog.tables;

import io.batonfs.model.GroupId;
import io.batonfs.model.PageGeometry;
import java.util.Objects;
import java.util.Optional;

/**
 * What the group was formatted with.
 * <pre>
 * version 1 | magic 4 "BCAT" | format 4 | group 16 | supergroup | block bytes 4 | blocks per page 4 | run pages 4
 *   | soft lease 8 | hard lease 8 | retry 8 | grace 8 | token life 8 | token inactivity 8 | behaviour 4
 * </pre>
 *
 * @param group            the group
 * @param supergroup       whoever is in it passes all permission checks
 * @param geometry         how volumes are cut
 * @param runPages         pages of a run
 * @param softLeaseMs      see the settings of the same names
 * @param behaviourVersion the rules in force (CAT-9)
 */
public record GroupRow(
        GroupId group, Optional<String> supergroup, PageGeometry geometry, int runPages, long softLeaseMs,
        long hardLeaseMs, long retryMs, long freeGraceMs, long maxTokenTimeToLiveMs, long maxTokenInactivityMs,
        int behaviourVersion) {
    private static final int VERSION = 1;
    private static final int MAGIC = 0x42434154;

    /** The format of all tables together. */
    public static final int FORMAT = 1;

    /** Checks for nulls. */
    public GroupRow {
        Objects.requireNonNull(group, "group");
        Objects.requireNonNull(supergroup, "supergroup");
        Objects.requireNonNull(geometry, "geometry");
    }

    /** The same under other rules. */
    public GroupRow withBehaviour(int version) {
        return new GroupRow(group, supergroup, geometry, runPages, softLeaseMs, hardLeaseMs, retryMs, freeGraceMs,
                maxTokenTimeToLiveMs, maxTokenInactivityMs, version);
    }

    /** The stored bytes. */
    public byte[] toBytes() {
        return Rows.write(VERSION).i32(MAGIC).i32(FORMAT).uuid(group.value()).optional(supergroup, ByteWriter::string)
                .i32(geometry.blockBytes()).i32(geometry.blocksPerPage()).i32(runPages).i64(softLeaseMs)
                .i64(hardLeaseMs).i64(retryMs).i64(freeGraceMs).i64(maxTokenTimeToLiveMs).i64(maxTokenInactivityMs)
                .i32(behaviourVersion).toBytes();
    }

    /** The row in stored bytes. */
    public static GroupRow of(byte[] bytes) {
        return Rows.read("meta", VERSION, bytes, in -> {
            if (in.i32() != MAGIC) {
                throw new MalformedBytesException("These are not the tables of a Baton catalog: no magic in their "
                        + "group row");
            }
            int format = in.i32();
            if (format != FORMAT) {
                throw new MalformedBytesException("The catalog's tables have format " + format + ", this server knows "
                        + FORMAT + "; " + (format > FORMAT ? "upgrade this server" : "they are too old"));
            }
            return new GroupRow(new GroupId(in.uuid()), in.optional(ByteReader::string),
                    new PageGeometry(in.i32(), in.i32()), in.i32(), in.i64(), in.i64(), in.i64(), in.i64(), in.i64(),
                    in.i64(), in.i32());
        });
    }
}
