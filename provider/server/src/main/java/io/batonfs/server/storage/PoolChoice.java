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
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.function.ToLongFunction;
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

    /** The same, of pools without the room that was promised to extents that are being written. */
    PoolChoice without(PromisedRoom promised) {
        return new PoolChoice(resolver, () -> promised.left(pools.get()), defaultPool, pageBytes, adaptive);
    }

    /**
     * The pools in which what has a policy may be: the one that new data would go to, last, and before it those that would
     * be better and have no room, and all that are like one of these and serve the policy too: they are as good, and which of
     * them has most room changes with every page. Empty if no pool of this server serves the policy.
     *
     * @param room free bytes that a pool must have where the policy has another one
     */
    List<PoolSpace> upToTheOneOf(String storagePolicy, ToLongFunction<PoolSpace> room) {
        List<PoolSpace> now = pools.get();
        List<PoolSpace> serving = StoragePolicyNames.serving(storagePolicy, now, defaultPool);
        if (serving.isEmpty()) {
            return serving;
        }
        PoolSpace chosen = serving.stream().filter(pool -> pool.freeBytes() >= room.applyAsLong(pool)).findFirst()
                .orElseGet(() -> StoragePolicyNames.poolFor(storagePolicy, now, defaultPool, pageBytes));
        List<PoolSpace> better = serving.subList(0, 1 + serving.indexOf(chosen));
        return Stream.concat(serving.stream().filter(pool -> !pool.name().equals(chosen.name())
                && better.stream().anyMatch(good -> PoolName.areAlike(good.name(), pool.name()))), Stream.of(chosen)).toList();
    }

    /** Chooses a pool once more. */
    @FunctionalInterface
    interface Again {
        /** Its name. */
        String pool() throws IOException;
    }

    /**
     * Makes an extent known to the pages of this server, in the pool that is chosen for it. One that is given back between the
     * choice and that is chosen no more.
     */
    void add(Extent extent, PageEngine engine) throws IOException {
        add(extent, engine, of(extent), () -> of(extent));
    }

    /**
     * As the other one, with another way to choose.
     *
     * @param first what was chosen
     * @param again chooses anew
     */
    void add(Extent extent, PageEngine engine, String first, Again again) throws IOException {
        String chosen = first;
        while (true) {
            try {
                engine.addExtent(extent, chosen);
                return;
            } catch (BatonException e) {
                String other = again.pool();
                if (e.code() != ErrorCode.NOT_FOUND || other.equals(chosen)) {
                    throw e;
                }
                chosen = other;
            }
        }
    }

    /** A pool of this server as it is at the moment; empty if there is none of that name. */
    Optional<PoolSpace> named(String name) {
        return pools.get().stream().filter(pool -> pool.name().equals(name)).findFirst();
    }

    /**
     * Of an extent that comes from another server: as {@link #of(Extent)}, but no pool that survives less than where it is now.
     *
     * @param least how many failed devices of the pool it has to survive
     * @throws BatonException NO_SPACE if no pool of this server survives so many
     */
    String of(Extent extent, int least) throws IOException {
        String usual = of(extent);
        List<PoolSpace> now = pools.get();
        List<PoolSpace> serving = StoragePolicyNames.serving(resolver.storagePolicy(extent.id()), now, defaultPool);
        Stream<PoolSpace> others = now.stream().sorted(Comparator.comparingInt((PoolSpace pool) ->
                pool.level().failuresSurvived()).thenComparing(Comparator.comparingLong(PoolSpace::freeBytes).reversed()));
        List<PoolSpace> safe = Stream.of(now.stream().filter(pool -> pool.name().equals(usual)), serving.stream(), others)
                .flatMap(each -> each).filter(pool -> pool.level().failuresSurvived() >= least).toList();
        return safe.stream().filter(pool -> pool.freeBytes() >= pageBytes).findFirst()
                .or(() -> safe.stream().findFirst()).map(PoolSpace::name)
                .orElseThrow(() -> new BatonException(ErrorCode.NO_SPACE, extent.id() + " survives " + least + " failed devices"
                        + " where it is, and no pool of the server that it shall go to survives so many: choose another server,"
                        + " or first have it carried to a pool that survives fewer, by a storage policy"));
    }

    String of(Extent extent) throws IOException {
        String policy = resolver.storagePolicy(extent.id());
        Optional<String> wanted = policy.isEmpty() ? adaptive.poolOf(extent) : Optional.empty();
        return wanted.isPresent() ? wanted.get()
                : StoragePolicyNames.poolFor(policy, pools.get(), defaultPool, pageBytes).name();
    }
}
