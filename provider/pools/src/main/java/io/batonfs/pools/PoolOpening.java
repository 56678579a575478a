package io.batonfs.pools;

import io.batonfs.model.BatonException;
import io.batonfs.model.ErrorCode;
import java.io.IOException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Opens the pools of a set as the superblocks say how their devices take part: a pool that misses more than its level spares,
 * that can't tell a device that it can't spare, or can't spare an older copy of one, is opened for reading, and changes nothing
 * on the devices. So is one that can't spare a device which does not take what an opening writes; that is found in trying. Used by
 * one thread; what becomes of the devices of an open pool it is told by any.
 */
final class PoolOpening {
    private static final Logger LOG = LoggerFactory.getLogger(PoolOpening.class);

    private final Membership membership;
    private final OldCopies old;
    private final ForcePolicy forces;
    private final HandOver handOver;
    private final Runnable changed;

    /** As {@link OutRecorder#handOverNow}, of a pool. */
    @FunctionalInterface
    interface HandOver {
        void now(int pool, int device, String reason) throws IOException;
    }

    /** @param changed told of all that becomes of a device, with locks of pools held */
    PoolOpening(Membership membership, OldCopies old, ForcePolicy forces, HandOver handOver, Runnable changed) {
        this.membership = membership;
        this.old = old;
        this.forces = forces;
        this.handOver = handOver;
        this.changed = changed;
    }

    /** Opens a pool by its number. */
    SegmentPool open(int pool) throws IOException {
        long doubted = old.doubted(pool);
        String readOnlyBecause = old.closes(pool) ? old.closedBecause(pool) : membership.untold(pool) ? OpenPools.UNTOLD : null;
        if (readOnlyBecause != null) {
            return open(pool, doubted, readOnlyBecause);
        }
        try {
            return open(pool, doubted, null);
        } catch (IOException e) {
            if (e instanceof BatonException known && known.code() != ErrorCode.INTERNAL) {
                throw e;
            }
            // What was written so far is what a crash leaves. Whoever takes no writes may still have all that there is to read.
            LOG.error("a pool can't be opened for changes", e);
            return open(pool, doubted, "a device did not take what opening it writes: " + e.getMessage());
        }
    }

    private SegmentPool open(int pool, long doubted, String readOnlyBecause) throws IOException {
        PoolLayout layout = membership.layout(pool);
        BlockDevice[] devices = membership.devices(pool);
        long outMask = membership.superblock().outMasks().get(pool);
        long rebuilding = membership.superblock().rebuildMasks().get(pool);
        BlockDevice[] usable = devices.clone();
        String[] reasons = new String[devices.length];
        long unusable = 0;
        for (int i = 0; i < devices.length; i++) {
            if (devices[i] == null) {
                reasons[i] = "it was missing or refused when the set was opened";
            } else if ((rebuilding & 1L << i) != 0) {
                reasons[i] = PoolMembers.REBUILDING;
            } else if ((outMask & 1L << i) != 0) {
                String itsOwn = old.reason(pool, i);
                reasons[i] = itsOwn == null ? "it was taken out of the pool earlier and misses writes" : itsOwn;
            }
            unusable |= reasons[i] == null ? 0 : 1L << i;
        }
        boolean beyond = !layout.geometry().survives(unusable);
        boolean readOnly = beyond || readOnlyBecause != null;
        for (int i = 0; readOnly && i < devices.length; i++) {
            usable[i] = devices[i] == null ? null : new OverlayDevice(devices[i]);
        }
        // With too few of the others nothing is rebuilt, and nothing is changed that those being rebuilt could miss.
        PoolMembers members = new PoolMembers(layout, usable, reasons, readOnly ? 0 : rebuilding,
                readOnly ? 0 : membership.receiving(pool), new Recorder(pool), forces.executor(),
                membership.forces());
        Successor[] successors = membership.successors();
        for (int i = 0; i < devices.length && !readOnly; i++) {
            if (successors[i] != null && (outMask & ~rebuilding & 1L << i) == 0) {
                members.follow(i, successors[i], membership.mark(pool, i) != RebuildMark.NOTHING);
            }
        }
        String because = beyond
                ? "more devices are out of use than " + layout.level() + " can spare: " + members.failed()
                : readOnlyBecause;
        SegmentPool opened = new PoolRecovery(layout, members, forces).open(because, doubted);
        members.countDamage(doubted);
        return opened;
    }

    /** Makes durable for one pool what becomes of its devices. */
    private final class Recorder implements OutRecorder {
        private final int pool;

        private Recorder(int pool) {
            this.pool = pool;
        }

        @Override
        public long recordOut(int device, String reason) throws IOException {
            long others = membership.recordOut(pool, 1L << device);
            changed.run();
            return others;
        }

        @Override
        public long recordSuccessorOut(int device, Successor ended) throws IOException {
            long others = membership.endSuccession(pool, device, ended);
            changed.run();
            return others;
        }

        @Override
        public void recordIn(int device) throws IOException {
            membership.recordIn(pool, device);
            changed.run();
        }

        @Override
        public void handOverNow(int device, String reason) throws IOException {
            handOver.now(pool, device, reason);
            changed.run();
        }
    }
}
