package io.batonfs.client;

import io.batonfs.client.FidTable.Fid;
import io.batonfs.client.ReadView.Span;
import io.batonfs.model.PageGeometry;
import io.batonfs.model.ResumeKey;
import io.batonfs.model.Route;
import io.batonfs.model.ServerId;
import java.io.IOException;

/**
 * Turns the beginning of a range into one READ: cut where the slice, the page or the largest read ends, sent to the
 * server that the page's route names. Thread-safe.
 */
final class ReadSender {
    private final RoutingCache routing;
    private final FidTable fids;
    private final Traffic traffic;

    ReadSender(RoutingCache routing, FidTable fids, Traffic traffic) {
        this.routing = routing;
        this.fids = fids;
        this.traffic = traffic;
    }

    /**
     * Sends one READ for the first bytes of a range.
     *
     * @return the READ; its own range says how many bytes it covers, at least 1
     * @throws IOException if it could not be sent
     */
    ReadPiece send(ReadView view, FileRange range) throws IOException {
        return send(view, range, fids::get);
    }

    /** As {@link #send}, but null where that would have to register or to connect first. */
    ReadPiece sendIfRegistered(ReadView view, FileRange range) throws IOException {
        return send(view, range, fids::known);
    }

    private ReadPiece send(ReadView view, FileRange range, FidSource source) throws IOException {
        PageGeometry geometry = view.geometry();
        Span span = view.spanAt(range.position());
        long address = span.address(geometry);
        Route route = routing.of(span.extent().pages().volume(), geometry.pageOf(address), view.routes());
        // Bytes lost at one owner may be whole at its mirror.
        ServerId server = route.owners().get(range.losses() % route.owners().size());
        Fid fid = source.get(server, span.key(), false);
        if (fid == null) {
            return null;
        }
        int length = length(range, span, geometry, address, fid.connection().maxReadBytes());
        FileRange first = range.first(length);
        int[] pieceCrcs = new int[Pieces.count(geometry, address, length)];
        return new ReadPiece(first, geometry, address, fid, traffic, pieceCrcs,
                fid.connection().read(fid.number(), address, first.target().duplicate(), pieceCrcs));
    }

    private static int length(FileRange range, Span span, PageGeometry geometry, long address, int maxReadBytes) {
        int length = Math.min(range.target().remaining(), geometry.pageBytes() - geometry.offsetInPage(address));
        length = (int) Math.min(length, span.lengthBytes());
        if (length <= maxReadBytes) {
            return length;
        }
        // Cut at a block boundary, so that no block is read and checked twice.
        long end = address + maxReadBytes;
        int aligned = (int) (end - end % geometry.blockBytes() - address);
        return aligned > 0 ? aligned : maxReadBytes;
    }

    private interface FidSource {
        Fid get(ServerId server, ResumeKey key, boolean writeThrough) throws IOException;
    }
}
