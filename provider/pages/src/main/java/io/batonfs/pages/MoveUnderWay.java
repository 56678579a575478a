package io.batonfs.pages;

import io.batonfs.model.Epoch;
import io.batonfs.model.ExtentId;
import io.batonfs.pools.Pool;
import io.batonfs.pools.SegmentId;
import java.util.concurrent.atomic.AtomicReference;

/**
 * A move under way. The stage decides between the control path, which switches, and the mover, which abandons:
 * whoever changes it first has decided, and only the loser of the two may do nothing. All else belongs to the mover's
 * thread; the control path reads it while that thread waits for a command, or after the stage was changed.
 */
final class MoveUnderWay {
    final ExtentId extent;
    final long page;
    final PageEntry from;
    final Pool to;
    final SegmentId copy;
    /** Bytes of the page that the copy has. */
    volatile int copiedBytes;
    /** The epoch that is recorded in the copy. */
    volatile Epoch epoch;
    /** Of the extent, when the table was switched. */
    volatile WriteLane lane;
    private final AtomicReference<MoveStage> stage = new AtomicReference<>(MoveStage.COPYING);

    MoveUnderWay(ExtentId extent, long page, PageEntry from, Pool to, SegmentId copy, Epoch epoch) {
        this.extent = extent;
        this.page = page;
        this.from = from;
        this.to = to;
        this.copy = copy;
        this.epoch = epoch;
    }

    /** False if somebody else ended the move first. */
    boolean enter(MoveStage next) {
        MoveStage before = stage.get();
        while (before.mayBecome(next)) {
            if (stage.compareAndSet(before, next)) {
                return true;
            }
            before = stage.get();
        }
        return false;
    }

    boolean isSwitched() {
        return stage.get() == MoveStage.SWITCHED;
    }
}
