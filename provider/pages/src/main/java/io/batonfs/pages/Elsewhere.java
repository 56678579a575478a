package io.batonfs.pages;

import io.batonfs.model.VolumeId;
import java.util.List;
import java.util.Optional;

/**
 * What of an extent is not in certain pools.
 *
 * @param volume  its volume; null if it is not known
 * @param pages   pages that can be carried there now
 * @param waiting why others can't be yet; empty if there are none
 */
public record Elsewhere(VolumeId volume, List<Page> pages, Optional<String> waiting) {

    /**
     * A page that can be carried.
     *
     * @param page  its number
     * @param bytes what it holds
     * @param pool  the name of the pool in which it is
     * @param failuresSurvived of devices, by that pool
     */
    public record Page(long page, int bytes, String pool, int failuresSurvived) {
    }

    /** Copies the list. */
    public Elsewhere {
        pages = List.copyOf(pages);
    }

    /** Whether all is in those pools. */
    public boolean isNothing() {
        return pages.isEmpty() && waiting.isEmpty();
    }
}
