package io.batonfs.server.frontend;

import io.batonfs.model.BatonException;
import io.batonfs.model.ErrorCode;
import io.batonfs.server.frontend.ServerReport.PoolSpace;
import java.io.IOException;
import java.util.List;
import java.util.Locale;
import java.util.function.Supplier;

/**
 * Storage policies as Hadoop users name them: one for each pool that a server of the group has, by the pool's name in
 * upper case. Thread-safe.
 */
public final class StoragePolicyNames {
    private final Supplier<List<ServerReport>> servers;

    StoragePolicyNames(Supplier<List<ServerReport>> servers) {
        this.servers = servers;
    }

    /** Whether a policy stands for a pool. */
    public static boolean names(String storagePolicy, String pool) {
        return of(pool).equals(storagePolicy);
    }

    /** All policies, in the order of their names. */
    List<String> all() {
        return servers.get().stream().flatMap(server -> server.pools().stream()).map(PoolSpace::name)
                .map(StoragePolicyNames::of).distinct().sorted().toList();
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

    private static String of(String name) {
        return name.toUpperCase(Locale.ROOT);
    }
}
