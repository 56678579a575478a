package io.batonfs.pools;

import io.batonfs.model.GroupId;
import io.batonfs.model.ServerId;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.UUID;
import java.util.random.RandomGenerator;

/**
 * What a device says about itself.
 *
 * @param group           the group that it belongs to
 * @param setId           the set of devices that it was formatted with
 * @param server          the server that it belongs to
 * @param deviceIndex     its place in the set, from 0
 * @param generation      raised whenever a device leaves a pool, is taken in or is a full member again: the highest one
 *                        tells the truth
 * @param deviceSizeBytes bytes of the device when it was formatted or taken in
 * @param pools           the pools on the set
 * @param outMasks        for each pool, the devices that miss writes and must not be believed; bit i is device i
 * @param rebuildMasks    for each pool, those of them that are being rebuilt and have missed no write since that began
 * @param tenants         for each place, which device has it: 0 for the one that was formatted there, another number
 *                        for each that took its place. What a device says of its own place is its own number
 * @param marks           for each pool, how far this device is rebuilt there, see {@link RebuildMark}; nothing where it
 *                        is not being rebuilt
 * @param successors      for each place, the number of the device that is to have it next and gets all that is written
 *                        meanwhile; 0 where there is none. In a pool that the place is out of and rebuilt in, it is the
 *                        successor that is rebuilt
 * @param isSuccessor     whether this device is the successor of its place, and not the one that has it; where the place has
 *                        no successor, this device had the place until another one got it
 * @param doubts          for each pool, devices that are not out of it and of which older copies of themselves were found in their
 *                        places ({@link OldCopies}): until that has ended the pool can't do without the right ones
 * @param witnesses       for each place that is in doubt, what the right device has, see {@link Witness}; 0 for others, and for
 *                        its own place if it could not be told whether this is the right device
 */
record Superblock(
        GroupId group, UUID setId, ServerId server, int deviceIndex, long generation, long deviceSizeBytes,
        List<PoolLayout> pools, List<Long> outMasks, List<Long> rebuildMasks, List<Long> tenants, List<Long> marks,
        List<Long> successors, boolean isSuccessor, List<Long> doubts, List<Long> witnesses) {

    /** The generation of a set that has just been formatted. */
    static final long FORMATTED = 1;

    Superblock {
        pools = List.copyOf(pools);
        outMasks = List.copyOf(outMasks);
        rebuildMasks = List.copyOf(rebuildMasks);
        tenants = List.copyOf(tenants);
        marks = List.copyOf(marks);
        successors = List.copyOf(successors);
        doubts = List.copyOf(doubts);
        witnesses = List.copyOf(witnesses);
    }

    /** Of a set in which no device is in doubt. */
    Superblock(GroupId group, UUID setId, ServerId server, int deviceIndex, long generation, long deviceSizeBytes,
            List<PoolLayout> pools, List<Long> outMasks, List<Long> rebuildMasks, List<Long> tenants, List<Long> marks,
            List<Long> successors, boolean isSuccessor) {
        this(group, setId, server, deviceIndex, generation, deviceSizeBytes, pools, outMasks, rebuildMasks, tenants, marks,
                successors, isSuccessor, Collections.nCopies(pools.size(), 0L), Collections.nCopies(tenants.size(), 0L));
    }

    /** Of a set in which no place has a successor. */
    Superblock(GroupId group, UUID setId, ServerId server, int deviceIndex, long generation, long deviceSizeBytes,
            List<PoolLayout> pools, List<Long> outMasks, List<Long> rebuildMasks, List<Long> tenants, List<Long> marks) {
        this(group, setId, server, deviceIndex, generation, deviceSizeBytes, pools, outMasks, rebuildMasks, tenants, marks,
                Collections.nCopies(tenants.size(), 0L), false);
    }

    /** Of a set that has just been formatted: nothing is out, and nobody's place was taken. */
    static Superblock ofNew(GroupId group, UUID setId, ServerId server, List<PoolLayout> pools) {
        List<Long> none = Collections.nCopies(pools.size(), 0L);
        return new Superblock(group, setId, server, 0, FORMATTED, 0, pools, none, none,
                Collections.nCopies(pools.get(0).devices(), 0L), none);
    }

    int devices() {
        return pools.get(0).devices();
    }

    /** Which device it is of those that had its place one after another, or are to have it. */
    long tenant() {
        return (isSuccessor ? successors : tenants).get(deviceIndex);
    }

    /** Whether any place has a successor. */
    boolean hasSuccessors() {
        return successors.stream().anyMatch(number -> number != 0);
    }

    /** What it says of all devices, without what is its own affair. */
    List<List<Long>> claims() {
        return List.of(outMasks, rebuildMasks, tenants, successors);
    }

    Superblock forDevice(int index, long sizeBytes, List<Long> itsMarks) {
        return new Superblock(group, setId, server, index, generation, sizeBytes, pools, outMasks, rebuildMasks,
                tenants, itsMarks, successors, false, doubts, witnesses);
    }

    /** What the successor of a place says. */
    Superblock forSuccessor(int index, long sizeBytes, List<Long> itsMarks) {
        return new Superblock(group, setId, server, index, generation, sizeBytes, pools, outMasks, rebuildMasks,
                tenants, itsMarks, successors, true, doubts, witnesses);
    }

    /**
     * The next generation, in which more devices are out of a pool, and are not being rebuilt there; but where one that
     * was not out has a successor, that is rebuilt in its stead.
     */
    Superblock withOut(int pool, long devices) {
        long followed = 0;
        for (int place = 0; place < successors.size(); place++) {
            followed |= successors.get(place) == 0 ? 0 : 1L << place;
        }
        followed &= devices & ~outMasks.get(pool);
        return next(pool, outMasks.get(pool) | devices, rebuildMasks.get(pool) & ~devices | followed);
    }

    /** The next generation, in which a device is to have a place next; it is rebuilt in the pools that the place is out of. */
    Superblock withSuccessor(int place, long number) {
        List<Long> rebuild = new ArrayList<>();
        for (int pool = 0; pool < pools.size(); pool++) {
            rebuild.add(rebuildMasks.get(pool) | outMasks.get(pool) & 1L << place);
        }
        return with(outMasks, rebuild, tenants, replaced(successors, place, number));
    }

    /** The next generation, in which a place has no successor; what was rebuilt of that is not any more. */
    Superblock withoutSuccessor(int place) {
        List<Long> rebuild = new ArrayList<>(rebuildMasks);
        if (successors.get(place) != 0) {
            rebuild.replaceAll(mask -> mask & ~(1L << place));
        }
        return with(outMasks, rebuild, tenants, replaced(successors, place, 0));
    }

    /**
     * The next generation, in which a place is its successor's.
     *
     * @param complete pools that it holds all of; bit i is pool i. In the others it is what the place is
     */
    Superblock withSuccessorInPlace(int place, long complete) {
        List<Long> out = new ArrayList<>();
        List<Long> rebuild = new ArrayList<>();
        for (int pool = 0; pool < pools.size(); pool++) {
            long its = (complete >>> pool & 1) << place;
            out.add(outMasks.get(pool) & ~its);
            rebuild.add(rebuildMasks.get(pool) & ~its);
        }
        return with(out, rebuild, replaced(tenants, place, successors.get(place)), replaced(successors, place, 0));
    }

    private static List<Long> replaced(List<Long> numbers, int place, long number) {
        List<Long> all = new ArrayList<>(numbers);
        all.set(place, number);
        return all;
    }

    private Superblock with(List<Long> outs, List<Long> rebuilds, List<Long> numbers, List<Long> next) {
        // Who is out of a pool, or gave its place to another one, is not doubted any more.
        long another = 0;
        for (int place = 0; place < numbers.size(); place++) {
            another |= numbers.get(place).equals(tenants.get(place)) ? 0 : 1L << place;
        }
        List<Long> left = new ArrayList<>();
        for (int pool = 0; pool < pools.size(); pool++) {
            left.add(doubts.get(pool) & ~outs.get(pool) & ~another);
        }
        return new Superblock(group, setId, server, deviceIndex, generation + 1, deviceSizeBytes, pools, outs, rebuilds,
                numbers, marks, next, isSuccessor, left, ofThoseInDoubt(left, witnesses));
    }

    private static List<Long> ofThoseInDoubt(List<Long> doubts, List<Long> witnesses) {
        long any = doubts.stream().reduce(0L, (a, b) -> a | b);
        List<Long> its = new ArrayList<>();
        for (int place = 0; place < witnesses.size(); place++) {
            its.add((any >>> place & 1) == 0 ? 0 : witnesses.get(place));
        }
        return its;
    }

    /** Whether a device is in doubt in any pool. */
    boolean hasDoubts() {
        return doubts.stream().anyMatch(mask -> mask != 0);
    }

    /** Whether it says of itself that it is in doubt in a pool, and that is sure. */
    boolean saysThatItIsInDoubt(int pool) {
        return (doubts.get(pool) >>> deviceIndex & 1) != 0 && witnesses.get(deviceIndex) != 0;
    }

    /**
     * What it says if it is one of some devices of which can't be told whether they are older copies: that the device of its place
     * is in doubt, and nothing of how the right one is known. So it is not taken for the copy for good.
     */
    Superblock unsure(long places) {
        return (places >>> deviceIndex & 1) == 0 ? this
                : new Superblock(group, setId, server, deviceIndex, generation, deviceSizeBytes, pools, outMasks, rebuildMasks,
                        tenants, marks, successors, isSuccessor, doubts, replaced(witnesses, deviceIndex, 0));
    }

    /** The next generation, with other doubts; this one if they are the same. */
    Superblock withDoubts(List<Long> now, List<Long> itsWitnesses) {
        List<Long> needed = ofThoseInDoubt(now, itsWitnesses);
        return now.equals(doubts) && needed.equals(witnesses) ? this
                : new Superblock(group, setId, server, deviceIndex, generation + 1, deviceSizeBytes, pools, outMasks,
                        rebuildMasks, tenants, marks, successors, isSuccessor, now, needed);
    }

    /** The next generation, in which nobody is in doubt in a pool; this one if nobody is. */
    Superblock withoutDoubts(int pool) {
        List<Long> now = new ArrayList<>(doubts);
        now.set(pool, 0L);
        return withDoubts(now, witnesses);
    }

    /** The next generation, in which devices are full members of a pool. */
    Superblock withIn(int pool, long devices) {
        return next(pool, outMasks.get(pool) & ~devices, rebuildMasks.get(pool) & ~devices);
    }

    /**
     * The next generation, in which a device has a place.
     *
     * @param outPools     pools that it is out of besides those that the place is out of already; bit i is pool i
     * @param rebuildPools pools in which it is being rebuilt
     */
    Superblock withTenant(int place, long tenant, long outPools, long rebuildPools) {
        List<Long> out = new ArrayList<>(outMasks);
        List<Long> rebuild = new ArrayList<>(rebuildMasks);
        for (int pool = 0; pool < pools.size(); pool++) {
            out.set(pool, out.get(pool) | (outPools >>> pool & 1) << place);
            rebuild.set(pool, rebuild.get(pool) & ~(1L << place) | (rebuildPools >>> pool & 1) << place);
        }
        return with(out, rebuild, replaced(tenants, place, tenant), successors);
    }

    /** Whether it counts on a successor that is none any more by the newest one, and misses what was written since. */
    boolean believesSuccessor(Superblock newest, int place) {
        long next = successors.get(place);
        return next != 0 && next != newest.successors.get(place) && next != newest.tenants.get(place);
    }

    /** Whether it believes more of another device in a pool than is so by the newest one. */
    boolean believesTooMuch(Superblock newest, int pool, int other) {
        int trust = trust(pool, other);
        return trust > 0 && (!tenants.get(other).equals(newest.tenants.get(other)) || trust > newest.trust(pool, other));
    }

    /** 2: a full member; 1: being rebuilt, and misses nothing up to its mark; 0: out. */
    private int trust(int pool, int device) {
        if ((outMasks.get(pool) >>> device & 1) == 0) {
            return 2;
        }
        return (int) (rebuildMasks.get(pool) >>> device & 1);
    }

    /** A number for a device that is to have a place; never 0. */
    static long newTenant(RandomGenerator random) {
        long tenant = 0;
        while (tenant == 0) {
            tenant = random.nextLong();
        }
        return tenant;
    }

    /** The same claims in a higher generation. */
    Superblock inGeneration(long higher) {
        return new Superblock(group, setId, server, deviceIndex, higher, deviceSizeBytes, pools, outMasks, rebuildMasks,
                tenants, marks, successors, isSuccessor, doubts, witnesses);
    }

    private Superblock next(int pool, long out, long rebuild) {
        List<Long> outs = new ArrayList<>(outMasks);
        outs.set(pool, out);
        List<Long> rebuilds = new ArrayList<>(rebuildMasks);
        rebuilds.set(pool, rebuild);
        return with(outs, rebuilds, tenants, successors);
    }
}
