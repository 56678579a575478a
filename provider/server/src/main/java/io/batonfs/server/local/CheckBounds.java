package io.batonfs.server.local;

/**
 * How much of what a check finds is told by name; the rest is counted. Together it is to fit into the
 * gibibyte that commands have, beside a server's page table.
 *
 * @param problems   sentences about what is wrong
 * @param named      ranges that are lost: some hundred MiB, and more than anybody reads
 * @param places     paths of one file that is damaged
 * @param allPlaces  paths of all of them: one may have some hundred bytes
 */
record CheckBounds(int problems, int named, int places, int allPlaces) {
    static final CheckBounds DEFAULT = new CheckBounds(10_000, 100_000, 100, 500_000);

    /** Of a server that goes on serving: 20,000 ranges of half a KiB and 100,000 paths of 300 bytes are 40 MiB. */
    static final CheckBounds OF_A_SERVER = new CheckBounds(1_000, 20_000, 100, 100_000);
}
