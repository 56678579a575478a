package io.batonfs.pools.placement;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.batonfs.model.ExtentId;
import io.batonfs.model.VolumeId;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

/**
 * What every round has to keep, whatever the pages, pools and volumes are. Prints its seed; {@code
 * -Dbaton.pools.seed=} runs it again, {@code -Dbaton.pools.histories=} more of it.
 */
class PlacementRoundsTest {
    private static final long RESIDENCE_MS = 600_000;
    private static final long STEP_MS = 60_000;
    private static final int LARGEST = 1000;

    private final long seed = Long.getLong("baton.pools.seed", System.nanoTime());
    private final int histories = Integer.getInteger("baton.pools.histories", 40);

    @Test
    void randomHistoriesKeepTheRules() {
        System.out.println("PlacementRoundsTest: -Dbaton.pools.seed=" + seed);
        int moves = 0;
        Set<MoveReason> seen = new HashSet<>();
        for (int history = 0; history < histories; history++) {
            History run = new History(new Random(seed + history), "history " + history + " of seed " + seed);
            for (int round = 0; round < 40; round++) {
                moves += run.round(seen);
            }
        }
        assertTrue(moves > 20 * histories, moves + " moves");
        if (histories >= 40) {
            assertEquals(Set.of(MoveReason.values()), seen);
        }
    }

    private static final class History {
        private final Random random;
        private final String name;
        private final PlacementConfig config;
        private final PlacementPolicy policy;
        private final List<String> names = new ArrayList<>();
        private final long[] capacity;
        private final long[] reserve;
        private final double[] cost;
        private final int[] survives;
        private final List<PlacedPage> pages = new ArrayList<>();
        private final Map<VolumeId, VolumePlacement> volumes = new HashMap<>();
        private final Map<Long, Long> movedAtMs = new HashMap<>();
        private long nowMs;
        private long spent;

        History(Random random, String name) {
            this.random = random;
            this.name = name;
            this.config = new PlacementConfig(1 + random.nextDouble(), 1 + random.nextInt(5), 1 + random.nextInt(10),
                    RESIDENCE_MS, 20, 40, random.nextDouble() / 5, 1 + random.nextInt(200), 1 + random.nextInt(20_000),
                    2 + random.nextInt(50));
            this.policy = new PlacementPolicy(config);
            int pools = 2 + random.nextInt(3);
            capacity = new long[pools];
            reserve = new long[pools];
            cost = new double[pools];
            survives = new int[pools];
            boolean alike = random.nextBoolean();
            for (int pool = 0; pool < pools; pool++) {
                names.add("pool" + pool);
                capacity[pool] = 10_000 + random.nextInt(15_000);
                reserve[pool] = random.nextInt(1500);
                cost[pool] = 1 + random.nextInt(9);
                survives[pool] = alike ? 1 : random.nextInt(3);
            }
            for (int volume = 1; volume <= 5; volume++) {
                PlacementGranularity granularity = PlacementGranularity.values()[random.nextInt(3)];
                volumes.put(VolumeId.of(0, volume), new VolumePlacement(granularity, random.nextInt(6) == 0
                        ? Optional.of(names.get(random.nextInt(pools))) : Optional.empty()));
            }
            for (int page = 0; page < 20 + random.nextInt(80); page++) {
                long bytes = 1 + random.nextInt(LARGEST);
                int pool = random.nextInt(pools);
                if (free(pool) >= bytes) {
                    pages.add(new PlacedPage(VolumeId.of(0, 1 + random.nextInt(5)), ExtentId.of(0, 1 + page / 3), page,
                            names.get(pool), bytes, Activity.NONE));
                }
            }
        }

        private long free(int pool) {
            long held = pages.stream().filter(page -> page.pool().equals(names.get(pool)))
                    .mapToLong(PlacedPage::bytes).sum();
            return capacity[pool] - held;
        }

        private List<PlacementPool> pools() {
            List<PlacementPool> pools = new ArrayList<>();
            for (int pool = 0; pool < names.size(); pool++) {
                pools.add(new PlacementPool(names.get(pool), cost[pool], cost[pool], 1 + 1 / cost[pool], capacity[pool],
                        free(pool), reserve[pool], survives[pool]));
            }
            return pools;
        }

        int round(Set<MoveReason> seen) {
            nowMs += random.nextInt((int) (2 * STEP_MS));
            if (random.nextInt(4) == 0) {
                // Somebody else fills or frees the pool.
                int pool = random.nextInt(names.size());
                capacity[pool] = Math.max(capacity[pool] - free(pool), capacity[pool] + random.nextInt(8000) - 4000);
            }
            pages.replaceAll(this::used);
            List<PageMove> moves = policy.round(nowMs, pools(), volumes::get, pages);
            assertTrue(moves.size() <= config.movesPerRound(), () -> name + ": " + moves.size() + " moves");
            Set<Long> movedNow = new HashSet<>();
            long before = spent;
            for (PageMove move : moves) {
                assertTrue(movedNow.add(move.page()), () -> name + " moves a page twice: " + move);
                seen.add(move.reason());
                carryOut(move);
                spent += move.bytes();
            }
            long steps = (long) config.movesPerRound() * LARGEST;
            assertTrue(spent <= config.burstBytes() + config.budgetBytesPerSecond() * nowMs / 1000 + steps, name);
            if (before >= config.burstBytes() + config.budgetBytesPerSecond() * nowMs / 1000) {
                assertEquals(List.of(), moves, name + " moves though the budget is overdrawn");
            }
            assertTrue(policy.remembered() <= pages.size(), name);
            return moves.size();
        }

        private PlacedPage used(PlacedPage page) {
            double reads = random.nextInt(3) == 0 ? random.nextDouble() * 8 : page.activity().reads();
            Activity activity = new Activity(reads, random.nextDouble(), random.nextInt(65), random.nextInt(60),
                    60 + random.nextInt(60));
            return new PlacedPage(page.volume(), page.extent(), page.page(), page.pool(), page.bytes(), activity);
        }

        private void carryOut(PageMove move) {
            assertNotEquals(move.from(), move.to(), name);
            int at = 0;
            while (pages.get(at).page() != move.page()) {
                at++;
            }
            PlacedPage page = pages.get(at);
            assertEquals(page.pool(), move.from(), name);
            assertEquals(page.bytes(), move.bytes(), name);
            int to = names.indexOf(move.to());
            pages.set(at, new PlacedPage(
                    page.volume(), page.extent(), page.page(), move.to(), page.bytes(), page.activity()));
            assertTrue(free(to) >= reserve[to], () -> name + " goes into the reserve: " + move);
            assertTrue(survives[to] >= survives[names.indexOf(move.from())], () -> name + " is less safe: " + move);
            VolumePlacement placement = volumes.get(page.volume());
            if (placement.pinnedPool().isPresent()) {
                assertEquals(MoveReason.PINNED, move.reason(), name);
                assertEquals(placement.pinnedPool().get(), move.to(), name);
            }
            Long earlier = movedAtMs.put(page.page(), nowMs);
            if (placement.granularity() == PlacementGranularity.PAGE && earlier != null
                    && move.reason() != MoveReason.RESERVE && move.reason() != MoveReason.PINNED) {
                assertTrue(nowMs - earlier >= RESIDENCE_MS, () -> name + " moves too early again: " + move);
            }
        }
    }
}
