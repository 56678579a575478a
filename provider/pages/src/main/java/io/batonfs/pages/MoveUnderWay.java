package io.batonfs.pages;

import io.batonfs.model.ExtentId;
import io.batonfs.pools.Pool;
import io.batonfs.pools.SegmentId;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicReference;

/**
 * A move under way. The stage decides between the control path, which switches, and the mover's thread, which gives up:
 * whoever changes it first has decided, and the control path carries out what was. What has been copied belongs to the
 * mover's thread; the control path reads it while that thread waits for it.
 */
final class MoveUnderWay {
    final ExtentId extent;
    final long page;
    final PageEntry from;
    final Pool to;
    final SegmentId copy;
    /** Bytes of the page that the copy has. */
    volatile int copiedBytes;
    /** Whether the copy was, or may have been, made a page of its pool. Of the control path. */
    boolean mayBePage;
    /** Completed by the control path, once nothing of the move is left to be done. */
    final CompletableFuture<MoveOutcome> ended = new CompletableFuture<>();
    private final AtomicReference<MoveStage> stage = new AtomicReference<>(MoveStage.COPYING);

    MoveUnderWay(ExtentId extent, long page, PageEntry from, Pool to, SegmentId copy) {
        this.extent = extent;
        this.page = page;
        this.from = from;
        this.to = to;
        this.copy = copy;
    }

    /** Whether the page can't be added to, so that nobody has to wait. */
    boolean isOfSealedPage() {
        return from.state() == PageState.SEALED;
    }

    /** The page's row until the switch. */
    PageEntry rowBefore() {
        return isOfSealedPage() ? from : from.with(PageState.MOVING);
    }

    /** False if somebody else decided first. */
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
}
