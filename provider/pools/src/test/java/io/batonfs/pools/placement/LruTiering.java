package io.batonfs.pools.placement;

import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;

/** The fast pool as a cache: whatever is touched moves there at once, and what was left alone longest makes room. */
final class LruTiering implements Tiering {
    private final SimulatedPools pools;
    private final Map<Integer, Boolean> leastRecentFirst = new LinkedHashMap<>(16, 0.75f, true);
    private long movedBytes;

    LruTiering(SimulatedPools pools) {
        this.pools = pools;
    }

    @Override
    public String name() {
        return "LRU";
    }

    @Override
    public void appear(int page, TracePage name) {
        if (leastRecentFirst.size() < pools.fastPages()) {
            leastRecentFirst.put(page, true);
        }
    }

    @Override
    public boolean access(int page, boolean write) {
        if (leastRecentFirst.get(page) != null) {
            return true;
        }
        if (leastRecentFirst.size() == pools.fastPages()) {
            Iterator<Integer> oldest = leastRecentFirst.keySet().iterator();
            oldest.next();
            oldest.remove();
            movedBytes += pools.pageBytes();
        }
        leastRecentFirst.put(page, true);
        movedBytes += pools.pageBytes();
        return false;
    }

    @Override
    public void endInterval(long nowMs) {
        // It never waits for one.
    }

    @Override
    public long movedBytes() {
        return movedBytes;
    }
}
