package io.batonfs.server.frontend;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.batonfs.model.BatonException;
import io.batonfs.model.ErrorCode;
import io.batonfs.model.ServerId;
import io.batonfs.pools.RaidLevel;
import io.batonfs.protocol.ServerDescription;
import io.batonfs.server.frontend.ServerReport.PoolSpace;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class StoragePolicyNamesTest {
    private static final long PAGE = 100;
    private static final long PLENTY = 1000;

    /** Pools by name and level, in the order of the devices; the default one is the starred, or else the first. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        // What a server has unless it is told otherwise.
        "fast:10 capacity:5            | ''           | fast",
        "fast:10 capacity:5            | FAST         | fast",
        "fast:10 capacity:5            | CAPACITY     | capacity",
        "fast:10 capacity:5            | LAZY_PERSIST | fast capacity",
        "fast:10 capacity:5            | ALL_NVDIMM   | fast capacity",
        "fast:10 capacity:5            | ALL_SSD      | fast capacity",
        "fast:10 capacity:5            | ONE_SSD      | fast capacity",
        "fast:10 capacity:5            | HOT          | fast",
        "fast:10 capacity:5            | WARM         | capacity fast",
        "fast:10 capacity:5            | COLD         | capacity",
        "fast:10 capacity:5            | PROVIDED     | capacity fast",
        "fast:10 *capacity:5           | ''           | capacity",
        "fast:10 *capacity:5           | HOT          | capacity",
        "fast:10 *capacity:5           | ALL_SSD      | fast capacity",
        // All levels at once.
        "a:6 b:50 c:5 d:10 e:1 f:0     | LAZY_PERSIST | f d e b c a",
        "a:6 b:50 c:5 d:10 e:1 f:0     | ALL_SSD      | d e b c a",
        "a:6 b:50 c:5 d:10 e:1 f:0     | WARM         | b c a d e",
        "a:6 b:50 c:5 d:10 e:1 f:0     | COLD         | a",
        "a:6 b:50 c:5 d:10 e:1 f:0     | PROVIDED     | a c b d e",
        // Two of a level: the first region of a spindle is the faster one.
        "outer:10 inner:10 x:5 y:5     | ALL_SSD      | outer inner x y",
        "outer:10 inner:10 x:5 y:5     | COLD         | y",
        // Of pools that are alike, in different sets of devices, the emptiest; what has another level there is another.
        "fast:10 capacity:5 fast@2:10:2000 capacity@2:5:9 | ''       | fast@2 fast",
        "fast:10 capacity:5 fast@2:10:2000 capacity@2:5:9 | HOT      | fast@2 fast",
        "fast:10 capacity:5 fast@2:10:2000 capacity@2:5:9 | FAST     | fast@2 fast",
        "fast:10 capacity:5 fast@2:10:2000 capacity@2:5:9 | CAPACITY | capacity capacity@2",
        "fast:10 capacity:5 fast@2:10:2000 capacity@2:5:9 | COLD     | capacity capacity@2",
        "fast:10 capacity:5 fast@2:10:2000 capacity@2:5:9 | ALL_SSD  | fast@2 fast capacity capacity@2",
        "fast:10 capacity:5 capacity@2:6                  | COLD     | capacity@2",
        "fast:10 capacity:5 capacity@2:6                  | CAPACITY | capacity capacity@2",
        "fast:10 late@2:10:2000                           | ''       | fast",
        // A pool's own name comes first, and what no pool serves is left to the default one.
        "cold:10 deep:6                | COLD         | cold",
        "bare:0                        | ALL_SSD      | ",
        "bare:0                        | LAZY_PERSIST | bare",
        "fast:10 capacity:5            | GONE         | ",
    })
    void policiesAreServedByPoolsOfTheirLevels(String pools, String policy, String expected) {
        List<PoolSpace> all = pools(pools);
        List<PoolSpace> serving = StoragePolicyNames.serving(policy, all, defaultOf(pools));
        assertEquals(expected == null ? "" : expected, serving.stream().map(PoolSpace::name)
                .collect(Collectors.joining(" ")));
        String first = expected == null ? defaultOf(pools) : expected.split(" ")[0];
        assertEquals(first, StoragePolicyNames.poolFor(policy, all, defaultOf(pools), PAGE).name());
    }

    @Test
    void aFullPoolIsPassedOverIfThePolicyMay() {
        List<PoolSpace> nearlyFull = List.of(new PoolSpace("fast", RaidLevel.RAID_10, PLENTY, PAGE - 1, true),
                new PoolSpace("capacity", RaidLevel.RAID_5, PLENTY, PLENTY, true));
        assertEquals("capacity", StoragePolicyNames.poolFor("ONE_SSD", nearlyFull, "fast", PAGE).name());
        assertEquals("fast", StoragePolicyNames.poolFor("HOT", nearlyFull, "fast", PAGE).name());
        assertEquals("fast", StoragePolicyNames.poolFor("", nearlyFull, "fast", PAGE).name());
        List<PoolSpace> allFull = List.of(new PoolSpace("fast", RaidLevel.RAID_10, PLENTY, 0, true),
                new PoolSpace("capacity", RaidLevel.RAID_5, PLENTY, 1, true));
        assertEquals("capacity", StoragePolicyNames.poolFor("ONE_SSD", allFull, "fast", PAGE).name());
        assertEquals("fast", StoragePolicyNames.poolFor("FAST", allFull, "fast", PAGE).name());
    }

    @Test
    void aPoolThatTakesNoChangesIsPassedOverIfThePolicyMay() {
        List<PoolSpace> pools = List.of(new PoolSpace("scratch", RaidLevel.RAID_0, PLENTY, PLENTY, false),
                new PoolSpace("fast", RaidLevel.RAID_10, PLENTY, PLENTY, true));
        assertEquals("fast", StoragePolicyNames.poolFor("LAZY_PERSIST", pools, "fast", PAGE).name());
        assertEquals("scratch", StoragePolicyNames.poolFor("SCRATCH", pools, "fast", PAGE).name());
    }

    @Test
    void namesAreCheckedWithoutRegardToCase() throws Exception {
        StoragePolicyNames names = new StoragePolicyNames(() -> List.of(new ServerReport(new ServerDescription(
                new ServerId(1), "host", "address"), "fast", pools("fast:10 Wide-2:50"), SpaceTotals.NONE, List.of())));
        assertEquals("COLD", names.checked("cold"));
        assertEquals("WIDE-2", names.checked("wide-2"));
        assertEquals("", names.checked(""));
        BatonException refusal = assertThrows(BatonException.class, () -> names.checked("capacity"));
        assertEquals(ErrorCode.INVALID_ARGUMENT, refusal.code());
        assertTrue(refusal.getMessage().contains("capacity") && refusal.getMessage().contains(
                "[FAST, WIDE-2, LAZY_PERSIST, ALL_NVDIMM, ALL_SSD, ONE_SSD, HOT, WARM, COLD, PROVIDED]"),
                refusal.getMessage());
        assertEquals("FAST", names.ofDefault());
    }

    @Test
    void poolsOfFurtherSetsAreNoPoliciesOfTheirOwn() throws Exception {
        ServerReport report = new ServerReport(new ServerDescription(new ServerId(1), "host", "address"), "fast",
                pools("fast:10:30 fast@2:10:400 other:5"), SpaceTotals.NONE, List.of());
        StoragePolicyNames names = new StoragePolicyNames(() -> List.of(report));
        assertEquals(List.of("FAST", "OTHER"), names.all().subList(0, 2));
        assertEquals("FAST", names.ofDefault());
    }

    private static List<PoolSpace> pools(String text) {
        List<PoolSpace> pools = new ArrayList<>();
        for (String pool : text.replace("*", "").split(" ")) {
            String[] parts = pool.split(":");
            long free = parts.length > 2 ? Long.parseLong(parts[2]) : PLENTY;
            pools.add(new PoolSpace(parts[0], RaidLevel.ofNumber(Integer.parseInt(parts[1])), PLENTY, free, true));
        }
        return pools;
    }

    private static String defaultOf(String text) {
        int star = text.indexOf('*');
        return text.substring(star + 1).split(":")[0];
    }
}
