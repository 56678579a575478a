package io.batonfs.pools.placement;

/**
 * The two pools of a simulation. The slow one has room for everything.
 *
 * @param pageBytes what each page takes
 * @param fastPages what the fast pool holds
 * @param slowPages what the slow pool holds
 */
record SimulatedPools(long pageBytes, int fastPages, int slowPages) {
    static final String FAST = "fast";
    static final String CAPACITY = "capacity";

    /** A fiftieth of each pool is its reserve; mirrors against a single parity on four devices. */
    PlacementPool fast(int pages) {
        return pool(FAST, 1, 1, 2, fastPages, pages);
    }

    PlacementPool capacity(int pages) {
        return pool(CAPACITY, 4, 4, 4.0 / 3, slowPages, pages);
    }

    private PlacementPool pool(
            String name, double readCost, double writeCost, double spaceCost, int holds, int pages) {
        return new PlacementPool(name, readCost, writeCost, spaceCost, holds * pageBytes, (holds - pages) * pageBytes,
                holds * pageBytes / 50, 1);
    }
}
