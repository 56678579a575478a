package io.batonfs.pools;

import io.batonfs.model.BatonException;
import io.batonfs.model.ErrorCode;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.atomic.LongAdder;

/**
 * Reads metadata pages: all copies, because a device may have lost a write without saying so, and what it has instead
 * is a sound page of an earlier checkpoint. The newest sound copy is the page, and the others are mended, unless what is
 * left of a damaged copy says that it was newer: then what is sound is out of date, and is neither believed nor written
 * over anything. Pages are written by checkpoints only, and an opening ends the one that was under way, so no crash leaves
 * copies like that. Thread-safe where the caller sees to it that no checkpoint writes the same page.
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
     * @throws BatonException DATA_LOST if no device has a sound copy of the newest page
     */
    ByteBuffer read(int page, short kind) throws IOException {
        PageCopies copies = new PageCopies(page, kind);
        for (int device = 0; device < layout.metadataCopies(); device++) {
            if (members.online(device)) {
                add(device, copies);
            }
        }
        if (copies.otherVersion().isPresent()) {
            throw copies.otherVersion().get();
        }
        if (copies.newest().isEmpty() || copies.newestIsDamaged()) {
            throw new BatonException(ErrorCode.DATA_LOST, "pool " + layout.name() + ": no device has a sound copy of"
                    + (copies.newest().isEmpty() ? "" : " the newest version of") + " metadata page " + page + " "
                    + copies.describe() + "; segments described there are lost, restore the devices");
        }
        ByteBuffer newest = copies.newest().get();
        mend(page, newest, copies.unsoundOrOlder());
        return newest;
    }

    private void add(int device, PageCopies copies) {
        ByteBuffer copy = ByteBuffer.allocate(MetadataPageFormat.BYTES);
        try {
            members.read(device, layout.pageOffset(copies.page()), copy);
            copies.add(device, members.name(device), copy.clear());
        } catch (IOException e) {
            copies.addUnread(device, members.name(device), e.getMessage());
        }
    }

    private void mend(int page, ByteBuffer sound, List<Integer> bad) throws IOException {
        for (int device : bad) {
            if (members.mend(device, layout.pageOffset(page), sound)) {
                mended.increment();
            }
        }
    }
}
