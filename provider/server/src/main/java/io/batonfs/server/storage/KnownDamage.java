package io.batonfs.server.storage;

import io.batonfs.pools.KnownLosses;
import io.batonfs.pools.LostRange;
import io.batonfs.pools.Pool;
import io.batonfs.pools.RebuildProgress;
import io.batonfs.pools.SegmentId;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * What a storage server knows to be damaged, without reading anything for that: what scrubbing, rebuilds and readers have
 * met since it was started, and what could not be opened.
 *
 * @param problems  what keeps its sets of devices and their pools from being whole, a sentence each
 * @param losses    bytes that are lost; no byte of a segment is in two ranges
 * @param allUsable whether all its pools could be opened and none is closed to changes, as one is of which more devices are gone
 *                  than it can do without: what that costs shows when it is read
 */
public record KnownDamage(List<String> problems, KnownLosses losses, boolean allUsable) {

    /** Copies the list. */
    public KnownDamage {
        problems = List.copyOf(problems);
    }

    static KnownDamage of(DeviceSets sets) {
        List<String> problems = new ArrayList<>(sets.deviceProblems());
        List<LostRange> lost = new ArrayList<>();
        long unnamedBytes = 0;
        for (SetMaintenance each : sets.maintenance()) {
            problems.addAll(each.faults());
            unnamedBytes += add(each.scrubLosses(), "scrubbing", lost);
            for (RebuildReport report : each.rebuilds()) {
                RebuildProgress progress = report.progress();
                long named = progress.lost().stream().mapToLong(LostRange::lengthBytes).sum();
                unnamedBytes += add(new KnownLosses(progress.lost(), Math.max(0, progress.lostBytes() - named)),
                        "rebuilding", lost);
            }
        }
        boolean allUsable = sets.haveEveryPool();
        for (OpenSet set : sets.all()) {
            problems.addAll(set.poolFaults());
            for (Pool pool : set.devices().pools()) {
                allUsable &= pool.status().closedBecause().isEmpty();
                unnamedBytes += add(pool.lostToReaders(), "a reader", lost);
            }
        }
        return new KnownDamage(problems, new KnownLosses(disjoint(lost), unnamedBytes), allUsable);
    }

    private static long add(KnownLosses losses, String who, List<LostRange> lost) {
        for (LostRange range : losses.named()) {
            lost.add(range.with(range.offset(), range.lengthBytes(), range.reason() + "; met by " + who));
        }
        return losses.unnamedBytes();
    }

    /** What several have met is told as the one has met it who met the beginning; of equal ones the first. */
    static List<LostRange> disjoint(List<LostRange> lost) {
        List<LostRange> sorted = new ArrayList<>(lost);
        sorted.sort(Comparator.comparing(LostRange::pool)
                .thenComparing(range -> range.identity().extent())
                .thenComparingLong(range -> range.identity().page())
                .thenComparing(range -> range.identity().toString())
                .thenComparingLong(range -> range.segment().map(SegmentId::number).orElse(-1L))
                .thenComparingInt(LostRange::offset));
        List<LostRange> disjoint = new ArrayList<>();
        LostRange before = null;
        long told = 0;
        for (LostRange range : sorted) {
            if (before == null || !range.pool().equals(before.pool()) || !range.identity().equals(before.identity())
                    || !range.segment().equals(before.segment())) {
                before = range;
                told = 0;
            }
            long end = (long) range.offset() + range.lengthBytes();
            if (end > told) {
                int offset = (int) Math.max(told, range.offset());
                disjoint.add(range.with(offset, (int) (end - offset), range.reason()));
                told = end;
            }
        }
        return disjoint;
    }
}
