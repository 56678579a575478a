package io.batonfs.server.storage;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.batonfs.model.BatonException;
import io.batonfs.model.ContentId;
import io.batonfs.model.Epoch;
import io.batonfs.model.ErrorCode;
import io.batonfs.model.Extent;
import io.batonfs.model.ExtentId;
import io.batonfs.model.PageRun;
import io.batonfs.model.Route;
import io.batonfs.model.VolumeId;
import io.batonfs.pages.PageEngine;
import io.batonfs.pools.RaidLevel;
import io.batonfs.server.frontend.ServerReport.PoolSpace;
import io.batonfs.server.grants.GrantResolver;
import java.io.IOException;
import java.lang.reflect.Proxy;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class PoolChoiceTest {
    private static final Extent EXTENT = new Extent(
            ExtentId.of(0, 1), new PageRun(VolumeId.of(0, 1), 0, 1), Epoch.FIRST, false);
    private static final List<PoolSpace> POOLS = List.of(new PoolSpace("fast", RaidLevel.RAID_10, 1000, 1000, true),
            new PoolSpace("capacity", RaidLevel.RAID_5, 1000, 1000, true));

    /** One storage policy for all. */
    private record Policy(String policy) implements GrantResolver {
        @Override
        public String storagePolicy(ExtentId extent) {
            return policy;
        }

        @Override
        public Granted content(ContentId content) {
            throw new AssertionError("nobody reads by a key");
        }

        @Override
        public Extent extent(ExtentId extent) {
            throw new AssertionError("it is known");
        }

        @Override
        public long lastExtentNumber() {
            throw new AssertionError("every pool is here");
        }

        @Override
        public List<Route> routes(PageRun run) {
            throw new AssertionError("nobody looks for other servers");
        }
    }

    private static String chosen(String policy, Optional<String> wanted) throws IOException {
        return new PoolChoice(new Policy(policy), () -> POOLS, "fast", 10, extent -> {
            assertEquals(EXTENT, extent);
            return wanted;
        }).of(EXTENT);
    }

    /** Knows certain pools, and notes what it is given. */
    private static PageEngine engine(List<String> known, List<String> added) {
        return (PageEngine) Proxy.newProxyInstance(PageEngine.class.getClassLoader(), new Class<?>[] {PageEngine.class},
                (self, method, arguments) -> {
                    String pool = (String) arguments[1];
                    if (!known.contains(pool)) {
                        throw new BatonException(ErrorCode.NOT_FOUND, "there is no pool " + pool);
                    }
                    added.add(pool);
                    return null;
                });
    }

    /** Its set was given back between the choice and this. */
    @Test
    void aPoolThatIsGoneWhenTheExtentComesIsChosenNoMore() throws IOException {
        PoolSpace second = new PoolSpace("fast@2", RaidLevel.RAID_10, 2000, 2000, true);
        Deque<List<PoolSpace>> looks = new ArrayDeque<>(List.of(List.of(POOLS.get(0), second), POOLS));
        List<String> added = new ArrayList<>();
        new PoolChoice(new Policy(""), looks::remove, "fast", 10, PoolChoice.Adaptive.OFF)
                .add(EXTENT, engine(List.of("fast"), added));
        assertEquals(List.of("fast"), added);
        assertEquals(0, looks.size());
        BatonException gone = assertThrows(BatonException.class, () -> new PoolChoice(new Policy(""), () -> POOLS, "fast", 10,
                PoolChoice.Adaptive.OFF).add(EXTENT, engine(List.of(), added)));
        assertEquals(ErrorCode.NOT_FOUND, gone.code());
    }

    @Test
    void whoAsksForNothingGetsWhatPlacementWants() throws IOException {
        assertEquals("capacity", chosen("", Optional.of("capacity")));
        assertEquals("fast", chosen("", Optional.empty()));
        assertEquals("fast", new PoolChoice(new Policy(""), () -> POOLS, "fast", 10, PoolChoice.Adaptive.OFF).of(EXTENT));
    }

    @Test
    void aStoragePolicyStandsAboveIt() throws IOException {
        assertEquals("capacity", chosen("CAPACITY", Optional.of("fast")));
        assertEquals("fast", chosen("FAST", Optional.of("capacity")));
    }

    private static List<String> good(String policy, long inFast, long inFast2) {
        List<PoolSpace> pools = List.of(new PoolSpace("fast", RaidLevel.RAID_10, 1000, inFast, true),
                new PoolSpace("capacity", RaidLevel.RAID_5, 1000, 1000, true),
                new PoolSpace("fast@2", RaidLevel.RAID_10, 1000, inFast2, true));
        return new PoolChoice(new Policy(policy), () -> pools, "fast", 10, PoolChoice.Adaptive.OFF)
                .upToTheOneOf(policy, pool -> 20).stream().map(PoolSpace::name).toList();
    }

    /** Else all of one set would be carried to another when that one has more room, and back again. */
    @Test
    void whatIsInAPoolOfTheClassMayStay() {
        assertEquals(List.of("fast", "fast@2"), good("FAST", 300, 400));
        assertEquals(List.of("fast@2", "fast"), good("FAST", 400, 300));
        assertEquals(List.of("fast@2", "fast"), good("FAST", 400, 0));
        assertEquals(List.of("fast", "fast@2"), good("", 300, 400));
        assertEquals(List.of("capacity"), good("CAPACITY", 300, 400));
        assertEquals(List.of(), good("ELSEWHERE", 300, 400));
    }

    private static String fromElsewhere(String policy, int least, List<PoolSpace> pools) throws IOException {
        return new PoolChoice(new Policy(policy), () -> pools, pools.get(0).name(), 10, PoolChoice.Adaptive.OFF)
                .of(EXTENT, least);
    }

    @Test
    void whatComesFromAnotherServerGoesToNoPoolThatSurvivesLess() throws IOException {
        List<PoolSpace> pools = List.of(new PoolSpace("fast", RaidLevel.RAID_0, 1000, 1000, true),
                new PoolSpace("safest", RaidLevel.RAID_6, 1000, 1000, true),
                new PoolSpace("full", RaidLevel.RAID_5, 1000, 5, true),
                new PoolSpace("safe", RaidLevel.RAID_5, 1000, 1000, true));
        assertEquals("fast", fromElsewhere("FAST", 0, pools));
        assertEquals("safe", fromElsewhere("FAST", 1, pools));
        assertEquals("safest", fromElsewhere("FAST", 2, pools));
        assertEquals("safest", fromElsewhere("SAFEST", 1, pools));
        assertEquals("safest", fromElsewhere("ALL_SSD", 2, pools), "a pool of its policy survives less");
        assertEquals("safe", fromElsewhere("", 1, pools));
        assertEquals("full", fromElsewhere("", 1, List.of(pools.get(0), pools.get(2))), "it says itself that it is full");
        assertEquals(ErrorCode.NO_SPACE, assertThrows(BatonException.class,
                () -> fromElsewhere("FAST", 1, pools.subList(0, 1))).code());
    }

    @Test
    void theNextPoolOfAPolicyIsTakenWhereTheBetterOneHasLessThanItShallHave() {
        assertEquals(List.of("fast@2", "fast"), good("ALL_SSD", 20, 19));
        assertEquals(List.of("fast@2", "fast", "capacity"), good("ALL_SSD", 15, 19));
        assertEquals(List.of("fast", "fast@2"), good("FAST", 15, 19), "there is no other");
    }
}
