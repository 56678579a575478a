package io.batonfs.client;

import io.batonfs.model.BatonException;
import io.batonfs.model.ErrorCode;
import io.batonfs.model.Extent;
import io.batonfs.model.ExtentId;
import io.batonfs.model.FileInfo;
import io.batonfs.model.PageGeometry;
import io.batonfs.model.ResumeKey;
import io.batonfs.model.Slice;
import io.batonfs.protocol.ReadGrant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * A file as one grant shows it: which bytes of which extent each of its bytes is, and what to register with. The tail
 * that the owners of an open extent have acknowledged stands after the committed slices; what a slice already covers of
 * that extent counts once. Immutable.
 */
final class ReadView {
    private final ReadGrant grant;
    private final GrantedRoutes routes;
    private final Map<ExtentId, Extent> extents = new HashMap<>();
    /** Where in the file each slice begins, and at the end where the last one ends. */
    private final long[] starts;
    private final long openCovered;
    private final long lengthBytes;
    private final long renewAtMs;

    /**
     * A view.
     *
     * @param openAcknowledged what the owners of the open extent have acknowledged; 0 if there is none
     * @param nowMs            when the grant came: the key is renewed when three quarters of its life are over
     */
    ReadView(ReadGrant grant, long openAcknowledged, long nowMs) throws BatonException {
        this.grant = grant;
        this.routes = new GrantedRoutes(grant.routes());
        for (Extent extent : grant.extents()) {
            extents.put(extent.id(), extent);
        }
        grant.openExtent().ifPresent(open -> extents.put(open.id(), open));
        List<Slice> slices = grant.slices();
        starts = new long[slices.size() + 1];
        long covered = 0;
        for (int i = 0; i < slices.size(); i++) {
            Slice slice = slices.get(i);
            if (!extents.containsKey(slice.extent())) {
                throw new BatonException(ErrorCode.INTERNAL, "the catalog granted a slice of " + slice.extent()
                        + " without saying where it is");
            }
            starts[i + 1] = starts[i] + slice.lengthBytes();
            boolean open = grant.openExtent().isPresent() && grant.openExtent().get().id().equals(slice.extent());
            covered = open ? Math.max(covered, slice.endOffset()) : covered;
        }
        this.openCovered = covered;
        this.lengthBytes = committedBytes() + Math.max(0, openAcknowledged - covered);
        this.renewAtMs = nowMs + (grant.expiresMs() - nowMs) / 4 * 3;
    }

    /** The file. */
    FileInfo info() {
        return grant.info();
    }

    /** How the volume is cut. */
    PageGeometry geometry() {
        return grant.geometry();
    }

    /** Where the pages were when the grant was made. */
    GrantedRoutes routes() {
        return routes;
    }

    /** The grant itself. */
    ReadGrant grant() {
        return grant;
    }

    /** The open extent. */
    Optional<Extent> openExtent() {
        return grant.openExtent();
    }

    /** Bytes that slices cover. */
    long committedBytes() {
        return starts[starts.length - 1];
    }

    /** Bytes that can be read. */
    long lengthBytes() {
        return lengthBytes;
    }

    /** Whether the keys should be renewed before they are used again. */
    boolean renewalDue(long nowMs) {
        return nowMs >= renewAtMs;
    }

    /**
     * The bytes from a position on that lie together.
     *
     * @param position below {@link #lengthBytes}
     */
    Span spanAt(long position) throws BatonException {
        if (position >= committedBytes()) {
            Extent open = grant.openExtent().orElseThrow();
            ResumeKey key = grant.resumeKeys().openExtent().orElseThrow(() -> new BatonException(ErrorCode.INTERNAL,
                    "the catalog granted the open extent " + open.id() + " without a key to it"));
            return new Span(open, openCovered + (position - committedBytes()), lengthBytes - position, key,
                    OptionalInt.empty());
        }
        int low = 0;
        int high = starts.length - 2;
        while (low < high) {
            int middle = (low + high + 1) >>> 1;
            if (starts[middle] <= position) {
                low = middle;
            } else {
                high = middle - 1;
            }
        }
        Slice slice = grant.slices().get(low);
        long skip = position - starts[low];
        return new Span(extents.get(slice.extent()), slice.offset() + skip, slice.lengthBytes() - skip,
                grant.resumeKeys().content(), skip == 0 ? slice.crc32c() : OptionalInt.empty());
    }

    /**
     * Bytes of a file that follow each other in one extent.
     *
     * @param extent      the extent
     * @param offset      first byte in the extent
     * @param lengthBytes how many
     * @param key         grants them
     * @param crc32c      CRC32C of exactly these bytes, where it is known
     */
    record Span(Extent extent, long offset, long lengthBytes, ResumeKey key, OptionalInt crc32c) {

        /** Volume address of the first byte. */
        long address(PageGeometry geometry) {
            return geometry.addressOf(extent.pages().firstPage()) + offset;
        }
    }
}
