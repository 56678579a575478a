package io.batonfs.client;

import io.batonfs.client.ReadView.Span;
import io.batonfs.model.BatonException;
import io.batonfs.model.Crc32cMath;
import io.batonfs.model.ErrorCode;
import io.batonfs.model.PageGeometry;
import io.batonfs.model.PageRun;
import io.batonfs.model.ServerId;
import io.batonfs.protocol.ReadGrant;
import java.io.IOException;
import java.util.OptionalInt;

/**
 * The CRC32C of the beginning of a file, from what is known already: of whole slices the catalog has it, of parts of
 * slices their owners compute it from their blocks' checksums. No data passes through the client. Thread-safe.
 */
final class FileChecksums {
    private final Calls calls;
    private final RoutingCache routing;
    private final Retries retries;
    private final ClientTime time;

    FileChecksums(Calls calls, RoutingCache routing, Retries retries, ClientTime time) {
        this.calls = calls;
        this.routing = routing;
        this.retries = retries;
        this.time = time;
    }

    /** See {@link BatonClient#checksum}; of an open file the committed part counts. */
    OptionalInt of(String path, long length) throws IOException {
        Retries.Budget budget = retries.begin();
        int lookUps = 0;
        while (true) {
            ReadGrant grant = calls.catalog((catalog, context) -> catalog.open(context, path));
            ReadView view = new ReadView(grant, 0, time.nowMs());
            try {
                return of(view, Math.min(length, view.committedBytes()));
            } catch (BatonException e) {
                // An extent that is gone was moved or replaced: the next look-up knows (CAT-12).
                if (e.code() != ErrorCode.NO_SUCH_EXTENT || ++lookUps > RangeReader.LOOK_UPS) {
                    budget.pause(e);
                }
            }
        }
    }

    private OptionalInt of(ReadView view, long length) throws IOException {
        int crc = 0;
        long position = 0;
        while (position < length) {
            Span span = view.spanAt(position);
            long taken = Math.min(span.lengthBytes(), length - position);
            if (taken == span.lengthBytes() && span.crc32c().isPresent()) {
                crc = Crc32cMath.combine(crc, span.crc32c().getAsInt(), taken);
            } else {
                crc = ofPart(view, span, taken, crc);
            }
            position += taken;
        }
        return length <= 0 ? OptionalInt.empty() : OptionalInt.of(crc);
    }

    /** Adds a part of a slice, asking each owner once for the pages in a row that it has. */
    private int ofPart(ReadView view, Span span, long length, int crcBefore) throws IOException {
        PageGeometry geometry = view.geometry();
        int crc = crcBefore;
        long done = 0;
        while (done < length) {
            long address = span.address(geometry) + done;
            ServerId owner = owner(view, span, address);
            long end = Math.min(length, done + geometry.pageBytes() - geometry.offsetInPage(address));
            while (end < length && owner(view, span, span.address(geometry) + end).equals(owner)) {
                end = Math.min(length, end + geometry.pageBytes());
            }
            long offset = span.offset() + done;
            long bytes = end - done;
            int part;
            try {
                part = calls.storage(owner,
                        (storage, context) -> storage.checksum(context, span.key(), span.extent().id(), offset, bytes));
            } catch (BatonException e) {
                if (e.code() == ErrorCode.STALE_ROUTE || e.code() == ErrorCode.UNREACHABLE) {
                    routing.refresh(new PageRun(
                            span.extent().pages().volume(), geometry.pageOf(address), 1));
                }
                throw e;
            }
            crc = Crc32cMath.combine(crc, part, bytes);
            done = end;
        }
        return crc;
    }

    private ServerId owner(ReadView view, Span span, long address) throws BatonException {
        return routing.of(span.extent().pages().volume(), view.geometry().pageOf(address), view.routes()).owner();
    }
}
