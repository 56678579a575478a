package io.batonfs.server.daemon;

import io.batonfs.server.storage.DeviceReport;
import io.batonfs.server.storage.PoolCostReport;
import io.batonfs.server.storage.PoolReport;
import io.batonfs.server.storage.RebuildReport;
import io.batonfs.server.storage.RetirementReport;
import io.batonfs.server.storage.SpareReport;
import java.util.List;
import java.util.stream.Stream;

/**
 * What is told of the pools of a group.
 *
 * @param pools    the pools and their devices
 * @param problems what no pool's line shows: devices that can't be opened or are refused, with the reasons, and servers
 *                 that none is left of; a sentence each
 * @param rebuilds devices that are rebuilt, or were since the server's start
 * @param spares   devices that are kept to be put in the places of others
 * @param costs    what the pools cost beside one another; empty where nobody serves from them
 * @param retirements sets of devices that are being given back
 * @param devices  what went wrong with each device since the start, and whether it answers; empty where nobody serves from them
 */
record PoolsAnswer(List<PoolReport> pools, List<String> problems, List<RebuildReport> rebuilds, List<SpareReport> spares,
        List<PoolCostReport> costs, List<RetirementReport> retirements, List<DeviceReport> devices) {

    /** Copies the lists. */
    PoolsAnswer {
        pools = List.copyOf(pools);
        problems = List.copyOf(problems);
        rebuilds = List.copyOf(rebuilds);
        spares = List.copyOf(spares);
        costs = List.copyOf(costs);
        retirements = List.copyOf(retirements);
        devices = List.copyOf(devices);
    }

    /** Without what only a server tells. */
    PoolsAnswer(List<PoolReport> pools, List<String> problems, List<RebuildReport> rebuilds, List<SpareReport> spares) {
        this(pools, problems, rebuilds, spares, List.of(), List.of(), List.of());
    }

    /** Whether all pools serve with all their devices, as far as is known. */
    boolean isHealthy() {
        return problems.isEmpty() && pools.stream().allMatch(PoolReport::isHealthy)
                && devices.stream().noneMatch(DeviceReport::isHung);
    }

    /** {@link #problems}, and devices that do not answer, a sentence each: why it is not {@linkplain #isHealthy healthy}. */
    List<String> problemsWithDevices() {
        return Stream.concat(problems.stream(),
                devices.stream().filter(DeviceReport::isHung).map(DeviceReport::hungSentence)).toList();
    }

    /** Whether damage keeps coming on some device. */
    boolean isAnyGoingBad() {
        return devices.stream().anyMatch(DeviceReport::isGoingBad);
    }
}
