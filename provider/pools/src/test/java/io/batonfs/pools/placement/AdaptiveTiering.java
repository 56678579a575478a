package io.batonfs.pools.placement;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.IntStream;

/** The real policy on real counts. Moves are made at the end of the interval that planned them. */
final class AdaptiveTiering implements Tiering {
    private final SimulatedPools pools;
    private final Consumer<PageMove> moveListener;
    private final PageActivity activity;
    private final PlacementPolicy policy;
    private final List<TracePage> names = new ArrayList<>();
    private final Map<TracePage, Integer> numbers = new HashMap<>();
    private final List<Integer> slots = new ArrayList<>();
    private final BitSet fast = new BitSet();
    private long movedBytes;

    AdaptiveTiering(SimulatedPools pools, ActivityConfig activity, PlacementConfig config,
            Consumer<PageMove> moveListener) {
        this.pools = pools;
        this.moveListener = moveListener;
        this.activity = new PageActivity(activity);
        this.policy = new PlacementPolicy(config);
    }

    static AdaptiveTiering byDefault(SimulatedPools pools) {
        return new AdaptiveTiering(pools, ActivityConfig.DEFAULT, PlacementConfig.DEFAULT, move -> { });
    }

    @Override
    public String name() {
        return "adaptive";
    }

    @Override
    public void appear(int page, TracePage name) {
        names.add(name);
        numbers.put(name, page);
        slots.add(activity.add());
        String pool = policy.poolForNewPage(
                name.volume(), name.extent(), pools.pageBytes(), VolumePlacement.DEFAULT, poolsNow());
        fast.set(page, pool.equals(SimulatedPools.FAST));
    }

    private List<PlacementPool> poolsNow() {
        return List.of(pools.capacity(numbers.size() - fast.cardinality()), pools.fast(fast.cardinality()));
    }

    @Override
    public boolean access(int page, boolean write) {
        if (write) {
            activity.wrote(slots.get(page));
        } else {
            activity.read(slots.get(page));
        }
        return fast.get(page);
    }

    @Override
    public void endInterval(long nowMs) {
        activity.endInterval();
        Iterable<PlacedPage> pages = () -> IntStream.range(0, names.size()).mapToObj(this::placed).iterator();
        for (PageMove move : policy.round(nowMs, poolsNow(), volume -> VolumePlacement.DEFAULT, pages)) {
            carryOut(move);
        }
    }

    private PlacedPage placed(int page) {
        TracePage name = names.get(page);
        return new PlacedPage(name.volume(), name.extent(), name.page(), pool(page), pools.pageBytes(),
                activity.of(slots.get(page)));
    }

    private String pool(int page) {
        return fast.get(page) ? SimulatedPools.FAST : SimulatedPools.CAPACITY;
    }

    private void carryOut(PageMove move) {
        int page = numbers.get(new TracePage(move.volume(), move.extent(), move.page()));
        if (!move.from().equals(pool(page))) {
            throw new IllegalStateException(move + ", but the page is in " + pool(page));
        }
        fast.set(page, move.to().equals(SimulatedPools.FAST));
        if (fast.cardinality() > pools.fastPages()) {
            throw new IllegalStateException(move + " finds no room");
        }
        movedBytes += move.bytes();
        moveListener.accept(move);
    }

    @Override
    public long movedBytes() {
        return movedBytes;
    }
}
