package io.batonfs.server.frontend;

import io.batonfs.model.BatonException;
import io.batonfs.model.ErrorCode;
import io.batonfs.pools.RaidLevel;
import io.batonfs.server.PoolName;
import io.batonfs.server.frontend.ServerReport.PoolSpace;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.Stream;

/**
 * Storage policies as Hadoop users name them: one for each pool that a server of the group has, by the pool's name in
 * upper case, and those of HDFS ({@link HdfsPolicy}). A pool that is called like one of HDFS's is meant by that name.
 * Thread-safe.
 */
public final class StoragePolicyNames {
    private final Supplier<List<ServerReport>> servers;

    StoragePolicyNames(Supplier<List<ServerReport>> servers) {
        this.servers = servers;
    }

    /**
     * The pools of a server that serve a policy, the best first, of those that are alike ({@link PoolName}) the one with
     * most free space. None serves one whose pool is not here or gone, and
     * those of HDFS where no pool has a level that they take; then {@link #byDefault} is what remains.
     *
     * @param storagePolicy as it is stored; empty for none, which the default pool serves
     * @param pools         the pools of the server, in the order in which they lie on its devices, set after set
     * @param defaultPool   one like those among them that are for what asks for none
     */
    public static List<PoolSpace> serving(String storagePolicy, List<PoolSpace> pools, String defaultPool) {
        List<PoolSpace> namesakes = alike(storagePolicy, pools);
        Optional<HdfsPolicy> ofHdfs = HdfsPolicy.named(storagePolicy);
        if (!namesakes.isEmpty()) {
            return namesakes;
        }
        if (storagePolicy.isEmpty() || ofHdfs.isPresent() && ofHdfs.get().levels().isEmpty()) {
            return byDefault(pools, defaultPool);
        }
        return ofHdfs.map(policy -> atLevelsOf(policy, pools)).orElse(List.of());
    }

    /** The default pools alone. */
    static List<PoolSpace> byDefault(List<PoolSpace> pools, String defaultPool) {
        return alike(defaultPool, pools);
    }

    /** Those that are like one: so a set of devices that is new takes new data until the others have as much room. */
    private static List<PoolSpace> alike(String name, List<PoolSpace> pools) {
        return pools.stream().filter(pool -> PoolName.areAlike(pool.name(), name))
                .sorted(Comparator.comparingLong(PoolSpace::freeBytes).reversed()).toList();
    }

    private static List<PoolSpace> atLevelsOf(HdfsPolicy policy, List<PoolSpace> pools) {
        List<List<PoolSpace>> found = new ArrayList<>();
        for (RaidLevel level : policy.levels()) {
            List<PoolSpace> ofLevel = pools.stream().filter(pool -> pool.level() == level).toList();
            List<List<PoolSpace>> classes = new ArrayList<>(ofLevel.stream().map(pool -> alike(pool.name(), ofLevel))
                    .distinct().toList());
            if (policy.lastFirst()) {
                Collections.reverse(classes);
            }
            found.addAll(classes);
        }
        return found.stream().limit(policy.fallsBack() ? found.size() : 1).flatMap(List::stream).toList();
    }

    /**
     * The pool of a server that new data of a policy goes to: of those that serve it the first with room for a page; if
     * none has that, the first with any, and the first of all if all are full. One that takes no changes counts as full.
     *
     * @param storagePolicy as it is stored; empty for none
     * @param pools         the pools of the server, in the order in which they lie on its devices, set after set
     * @param defaultPool   one like those among them that are for what asks for none, and for what no other serves
     * @param pageBytes     bytes of a page
     */
    public static PoolSpace poolFor(
            String storagePolicy, List<PoolSpace> pools, String defaultPool, long pageBytes) {
        List<PoolSpace> serving = serving(storagePolicy, pools, defaultPool);
        List<PoolSpace> preferred = serving.isEmpty() ? byDefault(pools, defaultPool) : serving;
        return preferred.stream().filter(pool -> pool.freeBytes() >= pageBytes).findFirst()
                .or(() -> preferred.stream().filter(pool -> pool.freeBytes() > 0).findFirst())
                .orElse(preferred.get(0));
    }

    /** All policies: those of the pools in the order of their names, then HDFS's, the fastest first. */
    List<String> all() {
        Stream<String> ofPools = servers.get().stream().flatMap(server -> server.pools().stream()).map(PoolSpace::name)
                .map(StoragePolicyNames::of).sorted();
        return Stream.concat(ofPools, Stream.of(HdfsPolicy.values()).map(HdfsPolicy::name)).distinct().toList();
    }

    /**
     * Checks that some server has a pool for a policy.
     *
     * @param storagePolicy as it is stored; empty for none
     * @throws BatonException NOT_FOUND if none has
     */
    void checkServed(String storagePolicy) throws BatonException {
        if (servers.get().stream().allMatch(server ->
                serving(storagePolicy, server.pools(), server.defaultPool()).isEmpty())) {
            throw new BatonException(ErrorCode.NOT_FOUND, "no storage server of the group has a pool for the storage policy "
                    + storagePolicy + ", which is in force here; set one of " + all() + " that has one, then ask again");
        }
    }

    /** The policy of what asks for none: that of the default pool of the first server. */
    String ofDefault() throws IOException {
        return servers.get().stream().findFirst().map(server -> of(server.defaultPool())).orElseThrow(
                () -> new BatonException(ErrorCode.UNREACHABLE, "no storage server of the group can be asked for its "
                        + "pools now; try again when one runs"));
    }

    /**
     * A policy as it is stored. Case does not matter, as in HDFS; nothing stays nothing.
     *
     * @throws BatonException INVALID_ARGUMENT if the group has none of that name
     */
    String checked(String name) throws BatonException {
        String wanted = of(name);
        List<String> known = all();
        if (!wanted.isEmpty() && !known.contains(wanted)) {
            throw new BatonException(ErrorCode.INVALID_ARGUMENT, "the group has no storage policy " + name
                    + "; choose one of " + known);
        }
        return wanted;
    }

    /** What stands for a pool, and for all that are like it. */
    private static String of(String name) {
        return PoolName.of(name).className().toUpperCase(Locale.ROOT);
    }
}
