package io.batonfs.pools.profile;

import java.util.Collections;
import java.util.EnumMap;
import java.util.Map;

/**
 * A range of blocks of like performance (POOL-1).
 *
 * @param firstBlock the first block
 * @param endBlock   the block after the last
 * @param speedClass A for the fastest regions of the device, then B, C and so on to Z; regions alike share one. A
 *                   region that can't be read has {@link #UNREADABLE}
 * @param figures    what was measured; a kind that wasn't is left out
 */
public record Region(long firstBlock, long endBlock, char speedClass, Map<ProbeKind, Figure> figures) {
    /** In place of a speed class: blocks that can't be read. */
    public static final char UNREADABLE = 'x';

    /** Checks that it is not empty. */
    public Region {
        if (firstBlock < 0 || endBlock <= firstBlock) {
            throw new IllegalArgumentException("blocks " + firstBlock + " to " + endBlock);
        }
        EnumMap<ProbeKind, Figure> copy = new EnumMap<>(ProbeKind.class);
        copy.putAll(figures);
        figures = Collections.unmodifiableMap(copy);
    }

    /** Whether its blocks can be read. */
    public boolean isReadable() {
        return speedClass != UNREADABLE;
    }

    /** How many blocks it has. */
    public long blocks() {
        return endBlock - firstBlock;
    }

    /** What was measured of a kind, or null. */
    public Figure figure(ProbeKind kind) {
        return figures.get(kind);
    }
}
