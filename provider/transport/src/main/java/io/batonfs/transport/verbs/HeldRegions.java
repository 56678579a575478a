package io.batonfs.transport.verbs;

import java.util.Arrays;

/**
 * Source regions of a request that a wire goes on reading after the request has been given back: what is left of it is
 * sent from where it is, without a copy. They stay pinned until {@link #release}; who closes one of them meanwhile has
 * the wire let go ({@link Holder}), so a peer that takes nothing keeps nobody from closing his region.
 */
public final class HeldRegions {
    private final MemoryRegion[] regions;
    private final Holder holder;
    /** How many of them are held. */
    private int count;

    /** Who reads on. */
    @FunctionalInterface
    public interface Holder {

        /**
         * One of the regions is being closed: copies what is still needed, and releases them, both before this returns.
         * Called by any thread, with no lock of the regions held; maybe while the request is being posted, or after the
         * release.
         */
        void letGo(HeldRegions held);
    }

    private HeldRegions(MemoryRegion[] regions, Holder holder) {
        this.regions = regions;
        this.holder = holder;
    }

    /** Holds the first so many; null if one of them is closed or being closed, and then none is held. */
    static HeldRegions of(MemoryRegion[] regions, int count, Holder holder) {
        HeldRegions held = new HeldRegions(Arrays.copyOf(regions, count), holder);
        try {
            while (held.count < count && held.regions[held.count].hold(held)) {
                held.count++;
            }
        } finally {
            // An Error as well.
            if (held.count < count) {
                held.release();
            }
        }
        return held.count < count ? null : held;
    }

    void letGo() {
        holder.letGo(this);
    }

    /** The bytes are not looked at any more. Again does nothing. Calls are the holder's to keep apart. */
    public void release() {
        while (count > 0) {
            regions[--count].endHold(this);
        }
    }
}
