package io.batonfs.catalog.machine;

/**
 * How far chains of bases may grow and how much one step of background work does. All replicas must have the same one: it
 * decides what stands in the tables. Only tests use another than {@link #DEFAULT}, to meet the limits often.
 *
 * @param softChain    longer chains are queued to be shortened
 * @param hardChain    no copy is laid over a longer chain: back-pressure
 * @param rowsPerStep  rows that one step moves or looks at
 */
record Pace(int softChain, int hardChain, int rowsPerStep) {
    /** 64 rows of some 30 bytes a step; a lookup of a name goes through at most 65 rows. */
    static final Pace DEFAULT = new Pace(8, 64, 64);
}
