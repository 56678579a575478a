package io.batonfs.pools;

import io.batonfs.model.BatonException;
import io.batonfs.model.ErrorCode;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.IntUnaryOperator;
import java.util.stream.LongStream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Gives places of an open set successors, ends that, and hands places over: what is done to all pools at once while devices are
 * retired.
 *
 * <p>Who has a successor, and how far that is, is {@link Membership}'s; what a pool makes of it, its {@link PoolMembers}'. Its own
 * are the devices whose places others have now. All methods but {@link #any} are called with the set's lock of admission held,
 * which guards that, and which is taken before the locks of pools and of {@link Membership}: so never from where one of these is
 * held, nor where a thread that admits something is waited for. Who holds it waits for no change of a pool, but only for
 * devices, so a change may wait for it ({@link #handOverNow}).
 */
final class Successions {
    private static final Logger LOG = LoggerFactory.getLogger(Successions.class);

    private final OpenPools pools;
    private final Membership membership;
    private final OldCopies old;
    private final IntUnaryOperator shown;
    /** Devices whose places others have, which may still be in somebody's hands. */
    private final List<BlockDevice> formers = new ArrayList<>();

    /** @param shown what places of the set, from 1, are called where people read of them */
    Successions(OpenPools pools, Membership membership, OldCopies old, IntUnaryOperator shown) {
        this.pools = pools;
        this.membership = membership;
        this.old = old;
        this.shown = shown;
    }

    /** Whether a place has a successor in any pool; costs next to nothing. Without any lock. */
    boolean any() {
        return pools.all().stream().anyMatch(pool -> pool.parts().members().anySuccessor());
    }

    /** Devices whose places others have, which whoever owns the set closes. */
    List<BlockDevice> formers() {
        return List.copyOf(formers);
    }

    private int shown(int place) {
        return shown.applyAsInt(place);
    }

    /**
     * As {@link StorageSet#keep}.
     *
     * @return why the successor could not be made blank; empty if it was
     */
    Optional<String> keep(int index) throws IOException {
        Successor successor = membership.successors()[index];
        if (successor == null) {
            throw new BatonException(ErrorCode.NOT_FOUND, "the device in place " + shown(index + 1) + " is not being"
                    + " retired");
        }
        checkServesWithout(index, successor);
        successor.endByOrder();
        endFailed(index);
        Optional<String> notBlank = membership.successors()[index] == null && membership.allTold()
                ? SpareLabel.tryToWipe(successor.device())
                : Optional.of("not all devices of the set heard that it is not wanted");
        LOG.info("device {} is not to have place {} of the set any more", successor.device().name(), shown(index + 1));
        closeEnded();
        return notBlank;
    }

    /** What the former one can't give any more must not go with the successor, and what can't be noted must not seem done. */
    private void checkServesWithout(int index, Successor successor) throws BatonException {
        Superblock superblock = membership.superblock();
        boolean known = false;
        for (int pool = 0; pool < pools.count(); pool++) {
            PoolMembers members = pools.isOpen(pool) ? pools.members(pool) : null;
            known |= members != null && members.successor(index) == successor;
            boolean serves = pools.takesChanges(pool) && members.state(index) == MemberState.ONLINE;
            long without = superblock.outMasks().get(pool) | membership.missing() | old.notSpared(pool) | 1L << index;
            if (!serves && !superblock.pools().get(pool).geometry().survives(without)) {
                throw new BatonException(ErrorCode.DATA_LOST, "device " + successor.device().name() + " may be all that has"
                        + " what pool " + superblock.pools().get(pool).name() + " had in place " + shown(index + 1) + ", as"
                        + " that pool is not open, takes no changes or does without the place's device, and is not made"
                        + " blank: restart the server with all devices of the set that there are");
            }
        }
        if (!known) {
            throw new BatonException(ErrorCode.READ_ONLY, "the retirement of the device in place " + shown(index + 1)
                    + " can't be ended while no pool takes changes: mend the pools first");
        }
    }

    /**
     * One that failed, as another pool may have met, is let go by all before something else becomes of its place.
     *
     * @throws BatonException INVALID_ARGUMENT if the place has one that has not failed
     */
    void letGo(int index) throws IOException {
        endFailed(index);
        closeEnded();
        checkNoSuccessor(index);
    }

    private void checkNoSuccessor(int index) throws BatonException {
        Successor successor = membership.successors()[index];
        if (successor != null) {
            throw new BatonException(ErrorCode.INVALID_ARGUMENT, "the device in place " + shown(index + 1)
                    + " is being retired, " + successor.device().name() + " is to have the place; wait for that, or end it"
                    + " with \"baton devices retire --cancel\" first");
        }
    }

    /**
     * Checks that the device of a place can be retired: it serves, and all pools take changes.
     *
     * @throws BatonException as of {@link StorageSet#retire}
     */
    void checkRetirable(int index) throws IOException {
        letGo(index);
        BlockDevice device = membership.devices()[index];
        boolean serves = false;
        for (int pool = 0; pool < pools.count(); pool++) {
            if (!pools.takesChanges(pool)) {
                throw new BatonException(ErrorCode.READ_ONLY, "pool " + membership.layout(pool).name() + " is not open, or"
                        + " takes no changes, so a new device could not be given what it holds: mend that pool first");
            }
            MemberState state = pools.members(pool).state(index);
            if (state == MemberState.REBUILDING) {
                throw new BatonException(ErrorCode.INVALID_ARGUMENT, "the device in place " + shown(index + 1) + " is being"
                        + " rebuilt in pool " + pools.name(pool) + ": wait for that first");
            }
            serves |= state == MemberState.ONLINE;
        }
        if (device == null || !serves) {
            throw new BatonException(ErrorCode.INVALID_ARGUMENT, "there is no device in place " + shown(index + 1)
                    + " that serves: put another one there with \"baton devices replace\"");
        }
    }

    /**
     * A device is to have a place next, which {@linkplain #checkRetirable can have} another.
     *
     * @param tenant the number that the place will have with it
     * @throws IOException as {@link Membership#beginSuccession}
     */
    void begin(int index, BlockDevice device, long tenant) throws IOException {
        Successor successor = new Successor(device, tenant, membership.forces());
        pools.whileNothingChanges(() -> {
            membership.beginSuccession(index, successor);
            for (SegmentPool pool : pools.all()) {
                pool.parts().members().follow(index, successor, false);
            }
        });
        if (successor.failure().isPresent()) {
            try {
                endFailed(index);
            } finally {
                membership.forgetEnded(device); // it is the caller's
            }
            throw new IOException(successor.failure().get());
        }
        LOG.info("device {} is to have place {} of the set, once it has all that {} has", device.name(), shown(index + 1),
                membership.devices()[index].name());
    }

    /**
     * Gives places to successors that have all of every pool, and lets those go that failed.
     *
     * @return whether a place has another device now
     */
    boolean tend() {
        boolean changed = false;
        for (int index = 0; index < membership.devices().length; index++) {
            try {
                changed |= tend(index);
            } catch (IOException e) {
                // Whoever failed has been told so; the pools go on as they were, with the next look or write to try again.
                LOG.error("a device that was to be retired still has its place", e);
            }
        }
        closeEnded();
        return changed;
    }

    private boolean tend(int index) throws IOException {
        endFailed(index);
        Successor successor = membership.successors()[index];
        if (successor == null) {
            return false;
        }
        try {
            return handOver(index, successor);
        } finally {
            // It may have failed just now, and this may be the last look.
            endFailed(index);
        }
    }

    /** Lets one go that failed, in all pools in which it can be; throws what kept it from being so in others. */
    void endFailed(int index) throws IOException {
        IOException failure = null;
        for (SegmentPool pool : pools.all()) {
            try {
                pool.parts().members().forgetFailedSuccessor(index);
            } catch (IOException e) {
                if (failure == null) {
                    failure = e;
                } else {
                    failure.addSuppressed(e);
                }
            }
        }
        if (failure != null) {
            throw failure;
        }
    }

    /** Those that no pool has any more: they may be named again, or taken away. */
    private void closeEnded() {
        for (BlockDevice device : membership.ended()) {
            if (pools.all().stream().anyMatch(pool -> pool.parts().members().isFollowedBy(device))) {
                continue;
            }
            membership.forgetEnded(device);
            try {
                device.close();
            } catch (IOException e) {
                LOG.warn("device {}, which is not to have a place, can't be closed", device.name(), e);
            }
        }
    }

    private boolean handOver(int index, Successor successor) throws IOException {
        BlockDevice former = membership.devices()[index];
        boolean[] done = new boolean[1];
        boolean[] whole = new boolean[1];
        pools.whileNothingChanges(() -> {
            long complete = 0;
            for (int pool = 0; pool < pools.count(); pool++) {
                if (!mayHandOver(pool, index)) {
                    return;
                }
                complete |= pools.isOpen(pool) && pools.members(pool).isWhole(index) ? 1L << pool : 0;
            }
            if (successor.failure().isPresent() || hasLostBytes(successor)) {
                return;
            }
            whole[0] = complete == (1L << pools.count()) - 1 && !membership.successorMisses(index);
            long[] untold = membership.handOver(index, complete);
            pools.leaveOut(only(untold, ~(1L << index)));
            if (former != null) {
                membership.tellRetired(index, former);
            }
            for (SegmentPool pool : pools.all()) {
                if (pool.parts().members().successor(index) != null) {
                    pool.parts().members().handedOver(index);
                }
            }
            // It may have failed itself when others were told, and is out then as a device that has the place.
            pools.leaveOut(only(untold, 1L << index));
            done[0] = true;
        });
        if (done[0]) {
            LOG.info("device {} is in place {} of the set now", successor.device().name(), shown(index + 1));
            if (former != null) {
                formers.add(former);
                retired(former, whole[0] && !hasLostBytes(successor));
            }
        }
        return done[0];
    }

    /**
     * The device of a place failed in a pool that can't spare it, or not besides another one that did not hear of it; the place's
     * successor has all of that pool: it has the place from now on, if each other pool can do without the place, where it is
     * rebuilt on, or has it whole too. As a restart without the failed device would have it
     * ({@link Membership#givePlacesOfMissing}); but this pool takes changes all the time. Where that can't be, of which the log
     * says why, all is as it was; only if the successor fails in that very moment, or several other pools are to do without the
     * place and the second one can't tell its devices, has another pool given up a device in vain.
     */
    void handOverNow(int failing, int index, String reason) {
        Successor successor = membership.successors()[index];
        // Whether it has lost something first: what others give up for it, they would give up for nothing.
        if (successor == null || successor.failure().isPresent() || hasLostBytes(successor)) {
            return; // somebody else has seen to it, or it has failed as well
        }
        try {
            pools.whileNothingChanges(() -> {
                if (successor.failure().isEmpty() && pools.members(failing).isWhole(index)) {
                    handOverFrom(failing, index, successor, reason);
                }
            });
        } catch (IOException e) {
            LOG.error("device {} can't have place {} of the set, whose device pool {} can't spare", successor.device().name(),
                    shown(index + 1), pools.name(failing), e);
        }
    }

    private void handOverFrom(int failing, int index, Successor successor, String reason) throws IOException {
        List<PoolMembers> without = new ArrayList<>();
        for (int pool = 0; pool < pools.count(); pool++) {
            if (!mayHandOver(pool, index)) {
                if (!pools.goesOn(pool) || !pools.members(pool).canSpare(index)) {
                    LOG.error("{} has all that pool {} had on the device in place {}, which failed, and does not get the place:"
                            + " pool {} can't do without the device either, or is not open for changes",
                            successor.device().name(), pools.name(failing), shown(index + 1), pools.name(pool));
                    return;
                }
                without.add(pools.members(pool));
            }
        }
        membership.tryToTell(index);
        LOG.error("pool {} can't spare the device in place {}, which failed: {}; {} has all of the pool, and gets the place",
                pools.name(failing), shown(index + 1), reason, successor.device().name());
        for (PoolMembers members : without) {
            members.takeOut(index, "it failed in pool " + pools.name(failing) + ": " + reason);
        }
        handOver(index, successor);
    }

    /** A force of it may have failed of which nobody has said so yet. */
    private static boolean hasLostBytes(Successor successor) {
        try {
            successor.checkForced();
            return false;
        } catch (IOException e) {
            successor.fail(e.getMessage());
            return true;
        }
    }

    private static long[] only(long[] masks, long devices) {
        return LongStream.of(masks).map(mask -> mask & devices).toArray();
    }

    /** Not while somebody may still need it, and whoever finds it as it is refuses it by its number. */
    private void retired(BlockDevice former, boolean whole) {
        Optional<String> why = !whole ? Optional.of("not all of it was brought to the other, and some may be there alone")
                : membership.allTold() ? SpareLabel.tryToWipe(former)
                : Optional.of("not all devices of the set heard that its place was taken");
        why.ifPresentOrElse(
                reason -> LOG.warn("device {} is of no use to the set any more, but is not blank: {}", former.name(), reason),
                () -> LOG.info("device {} is of no use to the set any more, and is blank", former.name()));
    }

    private boolean mayHandOver(int pool, int index) {
        if (!pools.goesOn(pool)) {
            return (membership.superblock().outMasks().get(pool) >>> index & 1) != 0;
        }
        return pools.members(pool).mayHandOver(index);
    }
}
