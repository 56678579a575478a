package io.batonfs.pools;

import io.batonfs.model.BatonException;
import io.batonfs.model.ErrorCode;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.LongAdder;

/**
 * Reads metadata pages: all copies, because a device may have lost a write without saying so, and what it has instead
 * is a sound page of an earlier checkpoint. The newest sound copy is the page, and the others are mended. Pages are
 * written by checkpoints only. Thread-safe where the caller sees to it that no checkpoint writes the same page.
 */
final class MetadataPages {
    private final PoolLayout layout;
    private final PoolMembers members;
    private final LongAdder mended = new LongAdder();

    MetadataPages(PoolLayout layout, PoolMembers members) {
        this.layout = layout;
        this.members = members;
    }

    /** Copies mended since the pool was opened. */
    long mended() {
        return mended.sum();
    }

    /**
     * Reads a page.
     *
     * @throws BatonException DATA_LOST if no device has a sound copy
     */
    ByteBuffer read(int page, short kind) throws IOException {
        ByteBuffer newest = null;
        List<Integer> holders = new ArrayList<>();
        List<Integer> bad = new ArrayList<>();
        List<String> reasons = new ArrayList<>();
        for (int device = 0; device < layout.metadataCopies(); device++) {
            if (!members.online(device)) {
                continue;
            }
            ByteBuffer copy = ByteBuffer.allocate(MetadataPageFormat.BYTES);
            try {
                members.read(device, layout.pageOffset(page), copy);
                copy.clear();
                MetadataPageFormat.check(copy, kind, page);
            } catch (FormatException e) {
                if (e.kind() == FormatException.Kind.TOO_NEW || e.kind() == FormatException.Kind.TOO_OLD) {
                    throw e;
                }
                bad.add(device);
                reasons.add(members.name(device) + ": " + e.getMessage());
                continue;
            } catch (IOException e) {
                bad.add(device);
                reasons.add(members.name(device) + ": " + e.getMessage());
                continue;
            }
            long before = newest == null ? -1 : MetadataPageFormat.checkpoint(newest);
            int later = Long.compare(MetadataPageFormat.checkpoint(copy), before);
            if (later > 0) {
                bad.addAll(holders);
                holders.clear();
                newest = copy;
            }
            (later < 0 ? bad : holders).add(device);
        }
        if (newest == null) {
            throw new BatonException(ErrorCode.DATA_LOST, "pool " + layout.name() + ": no device has a sound copy of"
                    + " metadata page " + page + " " + reasons + "; segments described there are lost, restore the"
                    + " devices");
        }
        mend(page, newest, bad);
        return newest;
    }

    private void mend(int page, ByteBuffer sound, List<Integer> bad) throws IOException {
        for (int device : bad) {
            if (members.mend(device, layout.pageOffset(page), sound)) {
                mended.increment();
            }
        }
    }
}
