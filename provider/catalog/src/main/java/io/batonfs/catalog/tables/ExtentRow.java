package io.batonfs.catalog.tables;

import io.batonfs.model.Epoch;
import io.batonfs.model.Extent;
import io.batonfs.model.ExtentId;
import io.batonfs.model.PageRun;
import io.batonfs.model.VolumeId;
import java.util.Objects;

/**
 * An extent.
 * <pre>
 * version 2 | volume 8 | first page 8 | pages 4 | length 8 | sealed 1 | write epoch 8 | references 8 | unnamed since 8
 *   | storage policy
 * </pre>
 * Version 1 ends before the storage policy, which is none there.
 *
 * @param pages       where it is
 * @param lengthBytes the durable length that the catalog knows of
 * @param sealed      whether no lease holds it any more
 * @param writeEpoch  what a writer must show
 * @param references  slices that name it, and the lease that holds it
 * @param deadSinceMs when it came to have no references; 0 while it has some
 * @param storagePolicy name of the policy in force when it was given out, or when it was last wanted elsewhere; empty
 *                      for none
 */
public record ExtentRow(
        PageRun pages, long lengthBytes, boolean sealed, Epoch writeEpoch, long references, long deadSinceMs,
        String storagePolicy) {
    private static final int VERSION = 2;
    private static final int FIRST_WITH_POLICY = 2;

    /** Checks the ranges. */
    public ExtentRow {
        Objects.requireNonNull(pages, "pages");
        Objects.requireNonNull(writeEpoch, "writeEpoch");
        Objects.requireNonNull(storagePolicy, "storagePolicy");
        if (lengthBytes < 0 || references < 0) {
            throw new IllegalArgumentException("an extent with " + references + " references, " + lengthBytes + " bytes");
        }
    }

    /** An open extent that its lease refers to. */
    public static ExtentRow open(PageRun pages, String storagePolicy) {
        return new ExtentRow(pages, 0, false, Epoch.FIRST, 1, 0, storagePolicy);
    }

    /** With another number of references. */
    public ExtentRow referenced(long count) {
        return new ExtentRow(pages, lengthBytes, sealed, writeEpoch, count, deadSinceMs, storagePolicy);
    }

    /** Without references since then. */
    public ExtentRow dead(long sinceMs) {
        return new ExtentRow(pages, lengthBytes, sealed, writeEpoch, references, sinceMs, storagePolicy);
    }

    /** With at least this durable length. */
    public ExtentRow grown(long length) {
        return length <= lengthBytes ? this
                : new ExtentRow(pages, length, sealed, writeEpoch, references, deadSinceMs, storagePolicy);
    }

    /** Sealed. */
    public ExtentRow asSealed() {
        return new ExtentRow(pages, lengthBytes, true, writeEpoch, references, deadSinceMs, storagePolicy);
    }

    /** With the next write epoch. */
    public ExtentRow fenced() {
        return new ExtentRow(pages, lengthBytes, sealed, writeEpoch.next(), references, deadSinceMs, storagePolicy);
    }

    /** With another storage policy. */
    public ExtentRow withStoragePolicy(String name) {
        return new ExtentRow(pages, lengthBytes, sealed, writeEpoch, references, deadSinceMs, name);
    }

    /** As the model shows it. */
    public Extent extent(ExtentId id) {
        return new Extent(id, pages, writeEpoch, sealed);
    }

    /** The stored bytes. */
    public byte[] toBytes() {
        return Rows.write(VERSION).id(pages.volume()).i64(pages.firstPage()).i32(pages.pages()).i64(lengthBytes)
                .bool(sealed).i64(writeEpoch.value()).i64(references).i64(deadSinceMs).string(storagePolicy)
                .toBytes();
    }

    /** The row in stored bytes. */
    public static ExtentRow of(byte[] bytes) {
        return Rows.read("extents", 1, VERSION, bytes, (in, version) -> new ExtentRow(
                new PageRun(new VolumeId(in.i64()), in.i64(), in.i32()), in.i64(), in.bool(), new Epoch(in.i64()),
                in.i64(), in.i64(), version >= FIRST_WITH_POLICY ? in.string() : ""));
    }
}
