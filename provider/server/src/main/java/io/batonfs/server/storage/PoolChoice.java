package io.batonfs.server.storage;

import io.batonfs.model.ExtentId;
import io.batonfs.server.frontend.StoragePolicyNames;
import io.batonfs.server.grants.GrantResolver;
import java.io.IOException;
import java.util.List;

/**
 * Chooses the pool of an extent that comes to this server: the one that its storage policy names, and the default pool
 * for one without a policy or of a policy that no pool here serves. Thread-safe.
 */
final class PoolChoice {
    private final GrantResolver resolver;
    private final List<String> pools;
    private final String defaultPool;

    PoolChoice(GrantResolver resolver, List<String> pools, String defaultPool) {
        this.resolver = resolver;
        this.pools = List.copyOf(pools);
        this.defaultPool = defaultPool;
    }

    String of(ExtentId extent) throws IOException {
        String policy = resolver.storagePolicy(extent);
        return pools.stream().filter(pool -> StoragePolicyNames.names(policy, pool)).findFirst().orElse(defaultPool);
    }
}
