package io.batonfs.pages;

import io.batonfs.model.BatonException;
import io.batonfs.model.Epoch;
import io.batonfs.model.ErrorCode;
import io.batonfs.model.ExtentId;
import io.batonfs.model.PageGeometry;
import java.util.concurrent.CompletableFuture;

/**
 * Raises write epochs (CAT-10). First a table with the new epoch is published, so that every write which starts from
 * then on is checked against it; then, between two writes, the epoch is recorded in the segments and the length taken.
 * So no write of an older epoch is acknowledged after the length was taken. Control path only.
 */
final class Fencing {
    private final PublishedTable table;
    private final PageGeometry geometry;
    private final boolean everyPool;

    Fencing(PublishedTable table, PageGeometry geometry, boolean everyPool) {
        this.table = table;
        this.geometry = geometry;
        this.everyPool = everyPool;
    }

    /** Completes, in the lane's thread, with what is held once no older writer can add to it. */
    CompletableFuture<ExtentState> raise(ExtentId id, Epoch writeEpoch) {
        ExtentEntry extent = table.current().extent(id);
        if (extent == null) {
            return CompletableFuture.failedFuture(unknown(id));
        }
        BatonException fault = SegmentRole.fault(writeEpoch);
        fault = fault == null ? extent.unavailable(geometry, everyPool) : fault;
        if (fault != null) {
            return CompletableFuture.failedFuture(fault);
        }
        int change = writeEpoch.compareTo(extent.epoch());
        if (change < 0) {
            return CompletableFuture.failedFuture(new BatonException(ErrorCode.FENCED, id + " can't be fenced at "
                    + writeEpoch + ": " + extent.epoch() + " is in force; take the newer one from the catalog"));
        }
        if (change > 0) {
            table.transaction(before -> before.with(extent.withEpoch(writeEpoch)));
        }
        return extent.lane().exclusively(() -> {
            // A later fence may have overtaken this one: what is in force now is recorded, never less.
            ExtentEntry now = table.current().extent(id);
            if (now == null) {
                throw unknown(id);
            }
            for (PageEntry row : now.pages()) {
                if (row.isServed()) {
                    row.pool().raiseEpoch(row.segment(), now.epoch());
                }
            }
            return now.state(geometry, everyPool);
        });
    }

    static BatonException unknown(ExtentId id) {
        return new BatonException(ErrorCode.NO_SUCH_EXTENT, id + " is not held here: look up who has it");
    }
}
