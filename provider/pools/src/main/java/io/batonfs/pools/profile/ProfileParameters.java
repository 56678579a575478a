package io.batonfs.pools.profile;

import java.util.Collections;
import java.util.EnumSet;
import java.util.Set;

/**
 * What a profile is made of. Together with the device's size it says which places are probed, so that a run that was
 * cut short goes on with the places that are left.
 *
 * @param zones            probe zones: ranges of equal length that the device is cut into, 16 to 1024. A region's
 *                         borders are borders of zones
 * @param rounds           samples of each kind that are taken of each zone, 1 to 99
 * @param sequentialBytes  what a sequential sample reads or writes: a multiple of {@value #BLOCK_BYTES}, 128 KiB to 64
 *                         MiB, and one of 1 MiB if it is more
 * @param randomBytes      what each I/O of a random sample reads or writes: a multiple of {@value #BLOCK_BYTES} up to 1
 *                         MiB
 * @param randomOperations I/Os of a random sample, 1 to 1000
 * @param kinds            what is measured: both kinds of reads, and maybe of writes
 * @param seed             decides the order of the zones and the places in them
 */
public record ProfileParameters(
        int zones, int rounds, int sequentialBytes, int randomBytes, int randomOperations, Set<ProbeKind> kinds,
        long seed) {

    /** A block of the LBN space, and what direct I/O is aligned to. */
    public static final int BLOCK_BYTES = 4096;
    /** I/Os of sequential samples: large enough that the device's rate shows and not the call's. */
    static final int SEQUENTIAL_IO_BYTES = 1 << 20;
    /** Borders to 1/128 of the device, and enough zones in each of 16 regions to tell them from noise. */
    public static final int DEFAULT_ZONES = 128;
    /** The median of five stands with two of them spoilt. */
    public static final int DEFAULT_ROUNDS = 5;

    private static final int LEAST_ZONES = 16;
    private static final int MOST_ZONES = 1024;
    private static final int MOST_ROUNDS = 99;
    private static final int LEAST_SEQUENTIAL_BYTES = 128 << 10;
    private static final int MOST_SEQUENTIAL_BYTES = 64 << 20;
    /** 20 ms of a spindle: long beside the rotation that it may begin with, short beside a client's patience. */
    private static final int USUAL_SEQUENTIAL_BYTES = 4 << 20;
    private static final int MOST_RANDOM_BYTES = 1 << 20;
    private static final int USUAL_RANDOM_OPERATIONS = 8;
    private static final int MOST_RANDOM_OPERATIONS = 1000;

    /** Checks the ranges. */
    public ProfileParameters {
        kinds = Collections.unmodifiableSet(EnumSet.copyOf(kinds));
        check("probe zones", zones, LEAST_ZONES, MOST_ZONES);
        check("samples of a zone", rounds, 1, MOST_ROUNDS);
        check("bytes of a sequential sample", sequentialBytes, LEAST_SEQUENTIAL_BYTES, MOST_SEQUENTIAL_BYTES);
        check("bytes of a random I/O", randomBytes, BLOCK_BYTES, MOST_RANDOM_BYTES);
        check("I/Os of a random sample", randomOperations, 1, MOST_RANDOM_OPERATIONS);
        if (sequentialBytes % BLOCK_BYTES != 0 || randomBytes % BLOCK_BYTES != 0) {
            throw new IllegalArgumentException("samples are made of blocks of " + BLOCK_BYTES + " bytes, not "
                    + sequentialBytes + " or " + randomBytes + " bytes");
        }
        if (sequentialBytes > SEQUENTIAL_IO_BYTES && sequentialBytes % SEQUENTIAL_IO_BYTES != 0) {
            throw new IllegalArgumentException("a sequential sample of " + sequentialBytes
                    + " bytes is not made of I/Os of " + SEQUENTIAL_IO_BYTES);
        }
        if (!kinds.contains(ProbeKind.SEQUENTIAL_READ) || !kinds.contains(ProbeKind.RANDOM_READ)) {
            throw new IllegalArgumentException("reads are always measured, not only " + kinds);
        }
    }

    /**
     * The usual ones for a device.
     *
     * @param zones  see the record
     * @param rounds see the record
     * @param writes whether writes are measured too, where there is free space
     * @throws IllegalArgumentException if the device is too small for as many zones, or a number is out of range
     */
    public static ProfileParameters forDevice(long sizeBytes, int zones, int rounds, boolean writes, long seed) {
        check("probe zones", zones, LEAST_ZONES, MOST_ZONES);
        long half = sizeBytes / zones / 2 / BLOCK_BYTES * BLOCK_BYTES;
        if (half < LEAST_SEQUENTIAL_BYTES) {
            throw new IllegalArgumentException("it has " + sizeBytes + " bytes, and " + zones + " probe zones need "
                    + 2L * zones * LEAST_SEQUENTIAL_BYTES + " at least");
        }
        long sequential = Math.min(USUAL_SEQUENTIAL_BYTES,
                half > SEQUENTIAL_IO_BYTES ? half / SEQUENTIAL_IO_BYTES * SEQUENTIAL_IO_BYTES : half);
        Set<ProbeKind> kinds = writes
                ? EnumSet.allOf(ProbeKind.class) : EnumSet.of(ProbeKind.SEQUENTIAL_READ, ProbeKind.RANDOM_READ);
        return new ProfileParameters(zones, rounds, (int) sequential, BLOCK_BYTES,
                USUAL_RANDOM_OPERATIONS, kinds, seed);
    }

    /** Bytes of a sample. */
    long sampleBytes(ProbeKind kind) {
        return kind.isSequential() ? sequentialBytes : (long) randomBytes * randomOperations;
    }

    /** I/Os of a sample. */
    int sampleOperations(ProbeKind kind) {
        return kind.isSequential() ? sequentialBytes / sequentialIoBytes() : randomOperations;
    }

    /** Bytes of each I/O of a sequential sample. */
    int sequentialIoBytes() {
        return Math.min(sequentialBytes, SEQUENTIAL_IO_BYTES);
    }

    /** First byte of a zone; of the number after the last zone, the byte after what is probed. */
    long zoneStart(long deviceBytes, int zone) {
        long blocks = deviceBytes / BLOCK_BYTES;
        // Not blocks * zone / zones: that would overflow on the largest devices.
        return (blocks / zones * zone + blocks % zones * zone / zones) * BLOCK_BYTES;
    }

    /** What a run without failures writes. */
    public long writtenBytes() {
        long ofRound = 0;
        for (ProbeKind kind : kinds) {
            ofRound += kind.isWrite() ? writtenBytes(kind) : 0;
        }
        return ofRound * rounds * zones;
    }

    /** What a sample of a kind of writes writes. */
    long writtenBytes(ProbeKind kind) {
        return sampleBytes(kind) + BLOCK_BYTES;
    }

    private static void check(String what, int value, int least, int most) {
        if (value < least || value > most) {
            throw new IllegalArgumentException(what + ": " + value + " is not from " + least + " to " + most);
        }
    }
}
