package io.batonfs.pools;

import io.batonfs.model.GroupId;
import io.batonfs.model.ServerId;
import java.io.Closeable;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntUnaryOperator;

/**
 * Reads everything that a set of devices holds, while nobody serves from it, and says what is wrong: the same walk as
 * the {@link Scrubber}'s, at once and at full speed. Without {@code repair} nothing is written to the devices, not even
 * what opening a set writes: whatever would be stays in memory, and what the walk would mend is forgotten step by step,
 * so that a whole device of wrong blocks takes no more memory than one.
 *
 * <p>What can be mended is counted without {@code repair} as it would be with it, on the assumption that the devices take
 * what is written to them. Used by one thread. The devices belong to whoever gave them, who closes them after this (with
 * {@code repair} they are closed by then, and closing them again does nothing).
 */
public final class StorageCheck implements Closeable {
    /** Some tens of MiB of names. */
    private static final int MOST_NAMED = 100_000;

    private final StorageSet set;
    private final List<OverlayDevice> overlays;
    private final boolean repair;
    private final long mendedByOpening;

    private StorageCheck(StorageSet set, List<OverlayDevice> overlays, boolean repair) {
        this.set = set;
        this.overlays = overlays;
        this.repair = repair;
        this.mendedByOpening = mended();
        overlays.forEach(OverlayDevice::keep);
    }

    private long mended() {
        return set.pools().stream().mapToLong(pool -> pool.status().repairedBlocks()).sum();
    }

    /** Is told how far a walk is. */
    @FunctionalInterface
    public interface Progress {
        /**
         * Some more was read.
         *
         * @param pool  the pool that is being read
         * @param done  bytes of data that were read in it
         * @param total bytes of data in it
         */
        void read(String pool, long done, long total);
    }

    /**
     * What a walk has met.
     *
     * @param dataBytes     bytes of data that were read
     * @param mendedBlocks  blocks and pages of metadata that were wrong somewhere and were written anew, or would be;
     *                      those are among them that opening the pools met. Not those of a pool of which a device did not
     *                      keep what it was given: that is a failure
     * @param lostBytes     bytes that no way gives back
     * @param lost          those bytes, as many as can be named: neighbours together
     * @param failures      what could not be read or mended although nothing need be lost, a sentence each
     * @param allRead       whether all that the pools hold was looked at; if not, the failures say why, or the
     *                      {@link #problems} name pools that could not be opened
     */
    public record Found(long dataBytes, long mendedBlocks, long lostBytes, List<LostRange> lost, List<String> failures,
            boolean allRead) {

        /** Copies the lists. */
        public Found {
            lost = List.copyOf(lost);
            failures = List.copyOf(failures);
        }
    }

    /**
     * Opens a set to be looked at.
     *
     * @param devices those of its devices that there are, in any order
     * @param repair  whether the set may be changed: opened as a server does, which notes for good what devices are not
     *                there, and mended. If not, nothing is written to any device
     * @param acceptLoss with {@code repair}: whether a pool that can't spare an older copy of a device takes changes, and goes on
     *                doing so if a walk could read all of it but what is lost. If not, it is read, and nothing is changed there;
     *                nor is it if a device is being rebuilt in it
     * @throws IOException as {@link StorageSet#open}
     */
    public static StorageCheck open(
            List<? extends BlockDevice> devices, GroupId group, ServerId server, boolean repair, boolean acceptLoss)
            throws IOException {
        List<OverlayDevice> overlays = new ArrayList<>();
        List<BlockDevice> used = new ArrayList<>(devices);
        if (!repair) {
            devices.forEach(device -> overlays.add(new OverlayDevice(device)));
            used = new ArrayList<>(overlays);
        }
        return new StorageCheck(StorageSet.open(used, group, server, ForcePolicy.BY_CALLER, IntUnaryOperator.identity(),
                !repair || acceptLoss), overlays, repair);
    }

    /** The same, which gives up nothing. */
    public static StorageCheck open(
            List<? extends BlockDevice> devices, GroupId group, ServerId server, boolean repair) throws IOException {
        return open(devices, group, server, repair, false);
    }

    /** The pools that could be opened. */
    public List<Pool> pools() {
        return set.pools();
    }

    /** All pools and how the devices take part in each. */
    public List<PoolDevices> devices() {
        return set.devices();
    }

    /** What keeps pools from being whole at this moment, whatever is in them: a sentence each. */
    public List<String> problems() {
        List<String> problems = new ArrayList<>();
        set.refusedDevices().forEach(device -> problems.add("device refused: " + device));
        set.devicesUsedApart().forEach(device -> problems.add("device used without others: " + device));
        set.olderCopies().forEach(device -> problems.add("device put back: " + device));
        set.unopenedPools().forEach((pool, reason) -> problems.add("pool " + pool + " can't be opened: " + reason));
        for (Pool pool : set.pools()) {
            PoolStatus status = pool.status();
            status.failedDevices().forEach(device -> problems.add(
                    "pool " + pool.name() + " is without a device of its own: " + device));
            status.closedBecause().ifPresent(reason -> problems.add(
                    "pool " + pool.name() + " takes no changes: " + reason));
        }
        return problems;
    }

    /**
     * Reads everything, pool after pool. What was mended is forced when this returns, and a device that did not take it
     * is among the {@link #problems}.
     */
    public Found walk(Progress progress) {
        long dataBytes = 0;
        // Without repair what readers have mended before is forgotten, and found again.
        long mended = repair ? 0 : mendedByOpening;
        long lostBytes = 0;
        List<LostRange> lost = new ArrayList<>();
        List<String> failures = new ArrayList<>();
        boolean allRead = set.unopenedPools().isEmpty();
        for (Pool pool : set.pools()) {
            PoolStatus before = pool.status();
            ScrubFindings findings = new ScrubFindings(MOST_NAMED);
            if (((SegmentPool) pool).parts().members().anyRebuilding()) {
                findings.failed("pool " + pool.name() + " was not read, because a device is being rebuilt there; start the"
                        + " server, and check again when that is done");
            }
            PoolScrub walk = new PoolScrub((SegmentPool) pool, 0, findings);
            boolean more = true;
            while (more) {
                more = walk.step();
                overlays.forEach(OverlayDevice::forget);
                progress.read(pool.name(), findings.doneBytes(), walk.totalBytes());
            }
            allRead &= findings.failureCount() == 0;
            believe((SegmentPool) pool, findings);
            long poolsMended = findings.repairedBlocks() + (repair ? before.repairedBlocks() : 0);
            if (!repair || isKept((SegmentPool) pool, before, poolsMended, findings)) {
                mended += poolsMended;
            }
            dataBytes += findings.doneBytes();
            lostBytes += findings.lostBytes();
            lost.addAll(findings.lost());
            failures.addAll(findings.failures());
        }
        return new Found(dataBytes, mended, lostBytes, lost, failures, allRead);
    }

    /** All of it was looked at: so what it has is what there is of it. */
    private void believe(SegmentPool pool, ScrubFindings findings) {
        if (!repair || findings.failureCount() > 0 || !pool.parts().mutations().isOpen()) {
            return;
        }
        try {
            set.believe(pool);
        } catch (IOException e) {
            findings.failed("pool " + pool.name() + " has an older copy of a device, which could not be brought up to date: "
                    + e.getMessage());
        }
    }

    /** Forces what was mended; whether all devices have kept what they were given. */
    private static boolean isKept(SegmentPool pool, PoolStatus before, long mended, ScrubFindings findings) {
        String refusal = "";
        try {
            pool.parts().members().forceAll();
        } catch (IOException e) {
            refusal = ": " + e.getMessage();
        }
        PoolStatus after = pool.status();
        if (refusal.isEmpty() && after.failedDevices().equals(before.failedDevices())
                && after.closedBecause().equals(before.closedBecause())) {
            return true;
        }
        findings.failed("pool " + pool.name() + ": " + mended + " blocks were written anew, and a device did not keep what"
                + " it was given" + refusal + "; replace it, and check again");
        return false;
    }

    /** Blocks that a walk would have written and that are still in memory. */
    int unforgottenBlocks() {
        return overlays.stream().mapToInt(OverlayDevice::forgettable).sum();
    }

    /** Closes the pools; what was mended is forced. */
    @Override
    public void close() throws IOException {
        set.close();
    }
}
