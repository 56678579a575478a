package io.batonfs.pools;

import io.batonfs.model.BatonException;
import io.batonfs.model.ErrorCode;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.function.IntUnaryOperator;

/**
 * The pools of an open set by their numbers in the superblock, for who does something to the devices of all of them.
 *
 * <p>The pools are added by the one thread that opens the set, before anybody else has it. What was given up is written with
 * the set's lock of admission held, and read without. Otherwise thread-safe: a pool's states are guarded by its
 * {@link PoolMembers}, whose locks are taken in the order of the numbers, after that of admission and before that of
 * {@link Membership}.
 */
final class OpenPools {
    /** Why one takes no changes that can't tell a device that it can't spare. */
    static final String UNTOLD = "a device that it can't spare does not take the set's superblock, which must not be"
            + " lost with the others: mend that device, or bring back the one that it believes, and restart";

    private final Membership membership;
    private final IntUnaryOperator shown;
    /** Null for one that could not be opened. */
    private final SegmentPool[] byNumber;
    private final List<SegmentPool> all = new ArrayList<>();
    /** Pools of which something was given up; bit i is pool i. */
    private volatile long givenUp;

    /** @param shown what places of the set, from 1, are called where people read of them */
    OpenPools(Membership membership, IntUnaryOperator shown) {
        this.membership = membership;
        this.shown = shown;
        this.byNumber = new SegmentPool[membership.superblock().pools().size()];
    }

    /** One could be opened. */
    void add(int number, SegmentPool pool) {
        byNumber[number] = pool;
        all.add(pool);
    }

    /** Those that could be opened. */
    List<SegmentPool> all() {
        return Collections.unmodifiableList(all);
    }

    /** How many there are, those included that could not be opened. */
    int count() {
        return byNumber.length;
    }

    /** Whether one could be opened. */
    boolean isOpen(int number) {
        return byNumber[number] != null;
    }

    int number(SegmentPool pool) {
        return Arrays.asList(byNumber).indexOf(pool);
    }

    String name(int number) {
        return membership.layout(number).name();
    }

    /** The devices of one that could be opened. */
    PoolMembers members(int number) {
        return byNumber[number].parts().members();
    }

    /** Whether a pool was opened for more than reading what is left of it, and nothing of it was given up since. */
    boolean goesOn(int number) {
        return byNumber[number] != null && (givenUp & 1L << number) == 0 && members(number).mends();
    }

    /** Whether it goes on, and no failure has closed it: a device more would be of use to it. */
    boolean takesChanges(int number) {
        return goesOn(number) && byNumber[number].parts().mutations().isOpen();
    }

    /** Those that go on; bit i is pool i. */
    long thatGoOn() {
        long going = 0;
        for (int pool = 0; pool < byNumber.length; pool++) {
            going |= goesOn(pool) ? 1L << pool : 0;
        }
        return going;
    }

    /** The pools that go on without a device, and where it is not being rebuilt; bit i is pool i. */
    long toRebuild(int index) {
        long rebuild = 0;
        for (int pool = 0; pool < byNumber.length; pool++) {
            rebuild |= goesOn(pool) && membership.idle(pool, index) ? 1L << pool : 0;
        }
        return rebuild;
    }

    /** Does something while the state of no device changes in any pool that goes on. */
    void whileNothingChanges(PoolMembers.RebuildWork work) throws IOException {
        whileNothingChanges(0, work);
    }

    private void whileNothingChanges(int fromPool, PoolMembers.RebuildWork work) throws IOException {
        if (fromPool == byNumber.length) {
            work.run();
        } else if (goesOn(fromPool)) {
            members(fromPool).whileNothingChanges(() -> whileNothingChanges(fromPool + 1, work));
        } else {
            whileNothingChanges(fromPool + 1, work);
        }
    }

    /**
     * Checks that all pools that go on can do without a device.
     *
     * @throws BatonException DATA_LOST if one can't
     */
    void checkSpared(int index) throws BatonException {
        for (int pool = 0; pool < byNumber.length; pool++) {
            if (goesOn(pool) && !members(pool).canSpare(index)) {
                throw new BatonException(ErrorCode.DATA_LOST, "pool " + name(pool) + " can't do without the device in place "
                        + shown.applyAsInt(index + 1) + " since another one has just failed; try again when that one is"
                        + " mended");
            }
        }
    }

    /** As {@link StorageSet#checkUnasked}, with the place from 0; the set's lock of admission is held. */
    void checkUnasked(int index) throws BatonException {
        Superblock superblock = membership.superblock();
        long missing = membership.missing();
        int place = shown.applyAsInt(index + 1);
        for (int pool = 0; pool < byNumber.length; pool++) {
            PoolLayout layout = superblock.pools().get(pool);
            boolean out = (superblock.outMasks().get(pool) & ~superblock.rebuildMasks().get(pool) & 1L << index) != 0;
            if (!takesChanges(pool) && !out) {
                throw new BatonException(ErrorCode.DATA_LOST, "pool " + layout.name() + " is not open, or takes no"
                        + " changes, and may need what the device that belongs in place " + place + " has: mend that"
                        + " pool first, or name a device in \"baton devices replace\"");
            }
            long present = ~missing & -1L >>> Long.SIZE - superblock.devices();
            if ((missing & 1L << index) != 0 && layout.spares(present)) {
                throw new BatonException(ErrorCode.DATA_LOST, "the device that is missing from place " + place
                        + " could have been used without those that are here, or be used so later, in pool "
                        + layout.name() + ", and what was written then would be given up: restart the server with it in its"
                        + " list, which tells then whether it was, or name the spare in \"baton devices replace\" if it"
                        + " is gone for good");
            }
        }
    }

    /**
     * Leaves devices out that could not be told what the others say, as those say already; pools that can't spare such take no
     * changes any more.
     *
     * @param untold by pools; bit i is device i
     */
    void leaveOut(long[] untold) {
        for (int pool = 0; pool < byNumber.length; pool++) {
            if (goesOn(pool)) {
                members(pool).leaveOut(untold[pool]);
            }
            if (byNumber[pool] != null && membership.untold(pool)) {
                byNumber[pool].parts().mutations().close(new IOException(UNTOLD));
            }
        }
    }

    /** Gives up what only the device of a place, from 1, holds of pools, by name: they are open for reading only from now on. */
    void giveUp(List<String> losing, int place) {
        for (int pool = 0; pool < byNumber.length; pool++) {
            if (byNumber[pool] != null && losing.contains(byNumber[pool].name())) {
                // What it would still write to the former device would be gone at the next start.
                byNumber[pool].parts().mutations().close(new IOException("what only the device in place "
                        + shown.applyAsInt(place) + " of the set held was given up"));
                givenUp |= 1L << pool;
            }
        }
    }
}
