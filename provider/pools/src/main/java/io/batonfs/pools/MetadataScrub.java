package io.batonfs.pools;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/**
 * Compares the copies of a pool's slot pages, checksum pages and header. Of copies that differ the newest sound one is
 * believed, since a checkpoint writes all of them or, after a crash, all of them again; the others are written anew.
 * Checkpoints wait for the pages that are being compared. Used by one thread at a time.
 */
final class MetadataScrub {
    /** 256 KiB on each device: some milliseconds of a disk that turns, which a checkpoint can wait. */
    private static final int PAGES_AT_ONCE = 64;
    private static final int PAGE = MetadataPageFormat.BYTES;

    private final PoolParts parts;
    private final PoolLayout layout;
    private final PoolMembers members;
    private final ScrubFindings findings;
    private int next;

    MetadataScrub(PoolParts parts, ScrubFindings findings) {
        this.parts = parts;
        this.layout = parts.layout();
        this.members = parts.members();
        this.findings = findings;
    }

    /** Compares some pages; returns the bytes read from all devices, or 0 if nothing is left to compare. */
    long step() throws IOException {
        long[] bytes = new long[1];
        parts.mutations().beside(() -> {
            PoolHeaderFormat.Header header = parts.mutations().lastCheckpoint();
            if (next == 0) {
                bytes[0] += compareHeaders(header);
            }
            if (next < header.slotPages()) {
                int count = Math.min(PAGES_AT_ONCE, header.slotPages() - next);
                bytes[0] += comparePages(next, count, MetadataPageFormat.KIND_SLOTS);
                next += count;
                return;
            }
            int end = layout.slotPages() + header.checksumPages();
            next = Math.max(next, layout.slotPages());
            int count = Math.min(PAGES_AT_ONCE, end - next);
            if (count > 0) {
                bytes[0] += comparePages(next, count, MetadataPageFormat.KIND_CHECKSUMS);
                next += count;
            }
        });
        return bytes[0];
    }

    private long compareHeaders(PoolHeaderFormat.Header header) throws IOException {
        ByteBuffer sound = PoolHeaderFormat.encode(header);
        long offset = layout.headerOffset((int) (header.checkpoint() % 2));
        for (int device = 0; device < layout.metadataCopies(); device++) {
            if (inUse(device)) {
                ByteBuffer found = read(device, offset, PAGE);
                if (found == null || !found.equals(sound)) {
                    mend(device, offset, sound);
                }
            }
        }
        return (long) layout.metadataCopies() * PAGE;
    }

    private long comparePages(int first, int count, short kind) throws IOException {
        List<ByteBuffer> copies = new ArrayList<>();
        for (int device = 0; device < layout.metadataCopies(); device++) {
            copies.add(inUse(device) ? read(device, layout.pageOffset(first), count * PAGE) : null);
        }
        for (int i = 0; i < count; i++) {
            comparePage(first + i, kind, i * PAGE, copies);
        }
        return (long) copies.size() * count * PAGE;
    }

    private void comparePage(int page, short kind, int at, List<ByteBuffer> copies) throws IOException {
        ByteBuffer newest = null;
        List<String> reasons = new ArrayList<>();
        for (int device = 0; device < copies.size(); device++) {
            if (!inUse(device)) {
                continue;
            }
            ByteBuffer copy = part(device, page, at, copies);
            try {
                if (copy == null) {
                    reasons.add(members.name(device) + ": it can't be read");
                    continue;
                }
                MetadataPageFormat.check(copy, kind, page);
                if (newest == null || MetadataPageFormat.checkpoint(copy) > MetadataPageFormat.checkpoint(newest)) {
                    newest = copy;
                }
            } catch (FormatException e) {
                if (e.kind() == FormatException.Kind.TOO_NEW || e.kind() == FormatException.Kind.TOO_OLD) {
                    findings.failed("pool " + layout.name() + ", device " + members.name(device) + ": "
                            + e.getMessage());
                    return;
                }
                reasons.add(members.name(device) + ": " + e.getMessage());
            }
        }
        if (newest == null) {
            findings.failed("pool " + layout.name() + ": no device has a sound copy of metadata page " + page + " "
                    + reasons + "; while the server runs it serves what it has in memory, so copy the pool's files");
            return;
        }
        for (int device = 0; device < copies.size(); device++) {
            ByteBuffer copy = inUse(device) ? part(device, page, at, copies) : newest;
            if (copy == null || !copy.equals(newest)) {
                mend(device, layout.pageOffset(page), newest);
                if (kind == MetadataPageFormat.KIND_CHECKSUMS) {
                    parts.checksums().reread(page);
                }
            }
        }
    }

    /** A device's copy of one page: of what was read together, or, if that failed for another page's sake, alone. */
    private ByteBuffer part(int device, int page, int at, List<ByteBuffer> copies) {
        ByteBuffer all = copies.get(device);
        return all == null ? read(device, layout.pageOffset(page), PAGE) : all.slice(at, PAGE);
    }

    private boolean inUse(int device) {
        return members.online(device);
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
            members.mend(device, offset, sound);
            findings.repaired(1);
        } catch (IOException e) {
            findings.failed("pool " + layout.name() + ": metadata of device " + members.name(device)
                    + " can't be mended: " + e.getMessage());
        }
    }
}
