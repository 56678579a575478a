package io.batonfs.pools;

import java.util.ArrayList;
import java.util.List;
import java.util.function.IntUnaryOperator;

/** What follows for successors from what the superblocks and their marks say. Stateless. */
final class SuccessionFacts {

    private SuccessionFacts() {
    }

    /** Places that have successors; both by places, null where there is none. */
    static List<Retirement> retirements(BlockDevice[] devices, Successor[] successors) {
        List<Retirement> all = new ArrayList<>();
        for (int i = 0; i < successors.length; i++) {
            if (successors[i] != null) {
                String former = devices[i] == null ? "device " + (i + 1) + " of " + devices.length : devices[i].name();
                all.add(new Retirement(i + 1, former, successors[i].device().name()));
            }
        }
        return all;
    }

    /**
     * Of successors that must wait for what could not be read, a sentence each.
     *
     * @param marks how far successors are, by places and pools
     * @param shown what places of the set, from 1, are called where people read of them
     */
    static List<String> heldBack(Superblock superblock, Successor[] successors, long[][] marks, IntUnaryOperator shown) {
        List<String> all = new ArrayList<>();
        for (int i = 0; i < successors.length; i++) {
            for (int pool = 0; pool < superblock.pools().size() && successors[i] != null; pool++) {
                boolean serves = (superblock.outMasks().get(pool) >>> i & 1) == 0;
                if (serves && RebuildMark.misses(marks[i][pool])) {
                    all.add("device " + successors[i].device().name() + ", which is to have place " + shown.applyAsInt(i + 1)
                            + " next, does not get it: not all that pool " + superblock.pools().get(pool).name()
                            + " has there could be read. Whoever has the place serves as before. What is missing is named"
                            + " in the log: restore or delete those files, and restart the server, which tries all anew; or"
                            + " end the retirement with \"baton devices retire --cancel\"");
                }
            }
        }
        return all;
    }

    /**
     * The pools of which the successor of a missing device has all; bit i is pool i. None if the place is not to be its at once:
     * another pool would lack something then that is not out of it, or none would be the better for it.
     *
     * @param index   the place, from 0
     * @param marks   how far the successor is, by pools
     * @param missing places whose devices are missing, that one among them; bit i is place i
     */
    static long completeInPlaceOfMissing(Superblock superblock, int index, long[] marks, long missing) {
        long its = 1L << index;
        long complete = 0;
        boolean helps = false;
        for (int pool = 0; pool < superblock.pools().size(); pool++) {
            PoolLayout layout = superblock.pools().get(pool);
            long out = superblock.outMasks().get(pool);
            boolean has = marks[pool] == RebuildMark.slot(layout.slotPages() * SlotFormat.SLOTS_PER_PAGE);
            if (!has && (out & its) == 0) {
                return 0;
            }
            complete |= has ? 1L << pool : 0;
            helps |= (out & its) == 0 && layout.geometry().survives(out | missing & ~its);
        }
        return helps ? complete : 0;
    }
}
