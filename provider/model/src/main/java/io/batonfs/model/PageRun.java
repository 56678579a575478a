package io.batonfs.model;

import java.util.Objects;

/**
 * A run of consecutive pages of a volume.
 *
 * @param volume    the volume
 * @param firstPage number of the first page, from 0
 * @param pages     how many, at least 1
 */
public record PageRun(VolumeId volume, long firstPage, int pages) {

    /** Checks the ranges. */
    public PageRun {
        Objects.requireNonNull(volume, "volume");
        if (firstPage < 0 || pages < 1) {
            throw new IllegalArgumentException("no run of " + pages + " pages from page " + firstPage);
        }
    }

    /** The page after the last one of this run. */
    public long endPage() {
        return firstPage + pages;
    }

    /** Whether a page of this run's volume lies in it. */
    public boolean contains(long page) {
        return page >= firstPage && page < endPage();
    }

    /** Bytes that the run can hold. */
    public long bytes(PageGeometry geometry) {
        return (long) pages * geometry.pageBytes();
    }

    @Override
    public String toString() {
        return volume + ":" + firstPage + "+" + pages;
    }
}
