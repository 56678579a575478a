package io.batonfs.server.storage;

import io.batonfs.model.BatonException;
import io.batonfs.model.ErrorCode;
import io.batonfs.model.Extent;
import io.batonfs.pages.PageEngine;
import io.batonfs.server.PoolName;
import io.batonfs.server.frontend.ServerReport.PoolSpace;
import io.batonfs.server.frontend.StoragePolicyNames;
import io.batonfs.server.grants.GrantResolver;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.Stream;

/**
 * Chooses the pool of an extent that comes to this server: of those that serve its storage policy the first with room. One
 * without a policy of its own goes where adaptive placement wants it, if that has an opinion. Thread-safe.
 */
final class PoolChoice {
    private final GrantResolver resolver;
    private final Supplier<List<PoolSpace>> pools;
    private final String defaultPool;
    private final long pageBytes;
    private final Adaptive adaptive;

    /** Chooses by what was learned of other pages. */
    @FunctionalInterface
    interface Adaptive {
        /** It is switched off. */
        Adaptive OFF = extent -> Optional.empty();

        /** The pool of an extent that nobody has asked a pool for; empty if the default is as good. */
        Optional<String> poolOf(Extent extent);
    }

    /**
     * @param pools     the pools of this server as they are at the moment, in the order in which they lie on its
     *                  devices
     * @param pageBytes room that a pool must have if another one may be taken instead
     */
    PoolChoice(GrantResolver resolver, Supplier<List<PoolSpace>> pools, String defaultPool, long pageBytes,
            Adaptive adaptive) {
        this.resolver = resolver;
        this.pools = pools;
        this.defaultPool = defaultPool;
        this.pageBytes = pageBytes;
        this.adaptive = adaptive;
    }

    /**
     * The pools in which what has a policy may be: the one that new data would go to, last, and before it those that would
     * be better and have no room, and all that are like one of these and serve the policy too: they are as good, and which of
     * them has most room changes with every page. Empty if no pool of this server serves the policy.
     */
    List<PoolSpace> upToTheOneOf(String storagePolicy) {
        List<PoolSpace> now = pools.get();
        List<PoolSpace> serving = StoragePolicyNames.serving(storagePolicy, now, defaultPool);
        if (serving.isEmpty()) {
            return serving;
        }
        PoolSpace chosen = StoragePolicyNames.poolFor(storagePolicy, now, defaultPool, pageBytes);
        List<PoolSpace> better = serving.subList(0, 1 + serving.indexOf(chosen));
        return Stream.concat(serving.stream().filter(pool -> !pool.name().equals(chosen.name())
                && better.stream().anyMatch(good -> PoolName.areAlike(good.name(), pool.name()))), Stream.of(chosen)).toList();
    }

    /**
     * Makes an extent known to the pages of this server, in the pool that is chosen for it. One that is given back between the
     * choice and that is chosen no more.
     */
    void add(Extent extent, PageEngine engine) throws IOException {
        String chosen = of(extent);
        while (true) {
            try {
                engine.addExtent(extent, chosen);
                return;
            } catch (BatonException e) {
                String other = of(extent);
                if (e.code() != ErrorCode.NOT_FOUND || other.equals(chosen)) {
                    throw e;
                }
                chosen = other;
            }
        }
    }

    String of(Extent extent) throws IOException {
        String policy = resolver.storagePolicy(extent.id());
        Optional<String> wanted = policy.isEmpty() ? adaptive.poolOf(extent) : Optional.empty();
        return wanted.isPresent() ? wanted.get()
                : StoragePolicyNames.poolFor(policy, pools.get(), defaultPool, pageBytes).name();
    }
}
