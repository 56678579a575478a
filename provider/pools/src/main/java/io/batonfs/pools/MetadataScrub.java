package io.batonfs.pools;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Compares the copies of a pool's slot pages, checksum pages and header with what memory holds, which is right while the
 * pool takes changes, and with one another; those that are wrong are written anew.
 *
 * <pre>
 *   in memory the page                       the truth is
 *   differs from the devices, because it     not looked for: the next checkpoint writes all copies
 *   was changed since the last checkpoint
 *   is as that checkpoint left it            the newest copy that says what memory says. If none does and a copy is
 *                                            unsound, what is sound is older: memory, written anew. If none does and all
 *                                            are sound, nobody knows who is wrong: a failure
 *   is not (a checksum page)                 the newest sound copy; a failure if two of the same checkpoint differ, or
 *                                            if a copy that is damaged calls itself newer
 * </pre>
 * A failure is named and nothing is written, least of all an older page over a newer one.
 *
 * <p>Checkpoints wait for the pages that are being compared. Used by one thread at a time.
 */
final class MetadataScrub {
    /** 256 KiB on each device: some milliseconds of a disk that turns, which a checkpoint can wait. */
    private static final int PAGES_AT_ONCE = 64;
    private static final int PAGE = MetadataPageFormat.BYTES;

    private final PoolParts parts;
    private final PoolLayout layout;
    private final CountedMembers members;
    private final ScrubFindings findings;
    private int next;

    MetadataScrub(PoolParts parts, ScrubFindings findings) {
        this.parts = parts;
        this.layout = parts.layout();
        this.members = new CountedMembers(parts.members(), findings);
        this.findings = findings;
    }

    /** Compares some pages; returns whether there were any left to compare. */
    boolean step() throws IOException {
        boolean[] any = new boolean[1];
        parts.mutations().beside(() -> {
            PoolHeaderFormat.Header header = parts.mutations().lastCheckpoint();
            if (next == 0) {
                compareHeaders(header);
                any[0] = true;
            }
            if (next < header.slotPages()) {
                int count = Math.min(PAGES_AT_ONCE, header.slotPages() - next);
                comparePages(next, count, MetadataPageFormat.KIND_SLOTS);
                next += count;
                any[0] = true;
                return;
            }
            int end = layout.slotPages() + header.checksumPages();
            next = Math.max(next, layout.slotPages());
            int count = Math.min(PAGES_AT_ONCE, end - next);
            if (count > 0) {
                comparePages(next, count, MetadataPageFormat.KIND_CHECKSUMS);
                next += count;
                any[0] = true;
            }
        });
        return any[0];
    }

    private void compareHeaders(PoolHeaderFormat.Header header) {
        ByteBuffer sound = PoolHeaderFormat.encode(header);
        long offset = layout.headerOffset((int) (header.checkpoint() % 2));
        for (int device = 0; device < layout.devices(); device++) {
            if (members.online(device) && !parts.mutations().doubts(device)) {
                ByteBuffer found = read(device, offset, PAGE);
                if (found == null || !found.equals(sound)) {
                    mend(device, offset, sound);
                }
            }
        }
    }

    private void comparePages(int first, int count, short kind) {
        List<ByteBuffer> copies = new ArrayList<>();
        for (int device = 0; device < layout.metadataCopies(); device++) {
            copies.add(members.online(device) ? read(device, layout.pageOffset(first), count * PAGE) : null);
        }
        for (int i = 0; i < count; i++) {
            comparePage(first + i, kind, i * PAGE, copies);
        }
    }

    private void comparePage(int page, short kind, int at, List<ByteBuffer> together) {
        PageCopies copies = new PageCopies(page, kind);
        for (int device = 0; device < together.size(); device++) {
            if (members.online(device)) {
                ByteBuffer copy = part(device, page, at, together);
                if (copy == null) {
                    copies.addUnread(device, members.name(device), "it can't be read");
                } else {
                    copies.add(device, members.name(device), copy);
                }
            }
        }
        if (copies.otherVersion().isPresent()) {
            failed(page, copies.otherVersion().get().getMessage());
            return;
        }
        try {
            mend(copies, page, kind);
        } finally {
            parts.checksums().release();
        }
    }

    private void mend(PageCopies copies, int page, short kind) {
        ByteBuffer memory = ByteBuffer.allocate(PAGE);
        Remembered remembered = remember(page, kind, memory);
        if (remembered == Remembered.CHANGED) {
            return;
        }
        long last = parts.mutations().lastCheckpoint().checkpoint();
        Optional<ByteBuffer> right = remembered == Remembered.AS_WRITTEN
                ? byMemory(copies, memory, page, kind, last)
                : byCopies(copies, page, last);
        right.ifPresent(sound -> copies.otherThan(sound)
                .forEach(device -> mend(device, layout.pageOffset(page), sound)));
    }

    private Remembered remember(int page, short kind, ByteBuffer to) {
        return kind == MetadataPageFormat.KIND_SLOTS
                ? parts.segments().remember(page, to) : parts.checksums().remember(page, to);
    }

    private Optional<ByteBuffer> byMemory(PageCopies copies, ByteBuffer memory, int page, short kind, long last) {
        Optional<ByteBuffer> agreeing = copies.newestThatSays(memory);
        Optional<ByteBuffer> newest = copies.newest();
        if (agreeing.isPresent() && MetadataPageFormat.checkpoint(newest.get())
                == MetadataPageFormat.checkpoint(agreeing.get())) {
            return agreeing;
        }
        if (agreeing.isPresent() || newest.isPresent() && (copies.allSound()
                || MetadataPageFormat.checkpoint(newest.get()) >= last)) {
            failed(page, "sound copies of devices say something else than memory, and not because they are older: "
                    + copies.describe());
            return Optional.empty();
        }
        MetadataPageFormat.seal(memory, kind, page, last);
        return Optional.of(memory);
    }

    private Optional<ByteBuffer> byCopies(PageCopies copies, int page, long last) {
        Optional<ByteBuffer> newest = copies.newest();
        if (newest.isEmpty()) {
            failed(page, "no device has a sound copy, and it is not in memory: " + copies.describe());
            return Optional.empty();
        }
        if (copies.disagreeAboutNewest() || MetadataPageFormat.checkpoint(newest.get()) > last) {
            failed(page, "nobody knows which copy is the newest: " + copies.describe());
            return Optional.empty();
        }
        return newest;
    }

    private void failed(int page, String why) {
        findings.failed("pool " + layout.name() + ": metadata page " + page + " is left as it is: " + why
                + ". While the server runs it serves what it has in memory, so copy the pool's files before it ends");
    }

    /** A device's copy of one page: of what was read together, or, if that failed for another page's sake, alone. */
    private ByteBuffer part(int device, int page, int at, List<ByteBuffer> together) {
        ByteBuffer all = together.get(device);
        return all == null ? read(device, layout.pageOffset(page), PAGE) : all.slice(at, PAGE);
    }

    private ByteBuffer read(int device, long offset, int bytes) {
        ByteBuffer buffer = ByteBuffer.allocate(bytes);
        try {
            members.read(device, offset, buffer);
            return buffer.flip();
        } catch (IOException e) {
            // Taken for a wrong copy: it is written anew, and a device that can't be written is taken out by that.
            return null;
        }
    }

    private void mend(int device, long offset, ByteBuffer sound) {
        try {
            if (members.mend(device, offset, sound)) {
                parts.mended().increment();
            }
        } catch (IOException e) {
            findings.failed("pool " + layout.name() + ": metadata of device " + members.name(device)
                    + " can't be mended: " + e.getMessage());
        }
    }
}
