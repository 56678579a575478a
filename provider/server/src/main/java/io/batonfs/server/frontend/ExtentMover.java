package io.batonfs.server.frontend;

import io.batonfs.catalog.CatalogReader;
import io.batonfs.catalog.Command;
import io.batonfs.catalog.OpenFile;
import io.batonfs.catalog.PlacedExtent;
import io.batonfs.catalog.Reply;
import io.batonfs.model.BatonException;
import io.batonfs.model.Caller;
import io.batonfs.model.Epoch;
import io.batonfs.model.ErrorCode;
import io.batonfs.model.Extent;
import io.batonfs.model.ExtentId;
import io.batonfs.model.Route;
import io.batonfs.model.ServerId;
import io.batonfs.protocol.CallContext;
import io.batonfs.protocol.OwnerService;
import io.batonfs.protocol.OwnerService.HeldExtent;
import java.io.IOException;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * Moves sealed extents between servers (ROUTE-2): the destination copies the pages, the catalog changes the route, the
 * source gives its copy back. At each moment the server that the route names holds the whole extent; readers go on
 * throughout. A copy that was left without a route is found by {@link HoldingsCheck}.
 *
 * <p>Thread-safe: one copy is moved or given back at a time, because between looking at a route and giving a copy back
 * another move might make just that copy the one that the route names. With several frontends this lock will have to be
 * the catalog's.
 */
final class ExtentMover {
    private final CatalogCalls calls;
    private final OwnerDirectory directory;
    private final Moves moves = new Moves();

    ExtentMover(CatalogCalls calls, OwnerDirectory directory) {
        this.calls = calls;
        this.directory = directory;
    }

    /**
     * Moves all sealed extents of a file; see {@link io.batonfs.protocol.CatalogService#moveFile}. That may take longer
     * than a client waits: a call that is repeated meanwhile is refused with BUSY, so that it takes up no second
     * thread, and gets the first one's answer once there is one.
     */
    int moveFile(CallContext context, String path, ServerId destination) throws IOException {
        Caller caller = context.caller();
        if (!caller.superuser()) {
            throw new BatonException(ErrorCode.PERMISSION_DENIED, "only a superuser moves data between servers; "
                    + caller.user() + " is none");
        }
        directory.owner(destination);
        OptionalInt before = moves.begin(context.invocation(), path);
        if (before.isPresent()) {
            return before.getAsInt();
        }
        OptionalInt moved = OptionalInt.empty();
        try {
            moved = OptionalInt.of(moveExtents(caller, path, destination));
            return moved.getAsInt();
        } finally {
            moves.end(context.invocation(), moved);
        }
    }

    private int moveExtents(Caller caller, String path, ServerId destination) throws IOException {
        OpenFile file = calls.read(reader -> reader.open(caller, path));
        int moved = 0;
        for (Extent extent : file.extents()) {
            if (extent.sealed() && move(extent.id(), destination)) {
                moved++;
            }
        }
        return moved;
    }

    private synchronized boolean move(ExtentId id, ServerId destination) throws IOException {
        Optional<PlacedExtent> placed = calls.read(reader -> reader.extent(id));
        if (placed.isEmpty()) {
            return false;
        }
        List<Route> routes = placed.get().routes();
        ServerId source = ExtentOwners.owner(routes);
        if (routes.stream().allMatch(route -> route.owner().equals(destination))) {
            return false;
        }
        if (!routes.stream().allMatch(route -> route.owners().equals(List.of(source)))) {
            throw new BatonException(ErrorCode.UNSUPPORTED, id + " lies on several servers; moving such extents isn't"
                    + " built yet");
        }
        OwnerService from = directory.owner(source);
        OwnerService to = directory.owner(destination);
        HeldExtent held = from.held(List.of(id)).stream().findFirst().orElseThrow(() -> new BatonException(
                ErrorCode.DATA_LOST, id + " is not at " + source + ", where its route says it is; check its devices"));
        if (!held.lengthKnown()) {
            throw new BatonException(ErrorCode.DATA_LOST, id + " may have pages in a pool of " + source
                    + " that is not open, so it can't be moved: start that server with all devices of its pools");
        }
        long sealedAt = calls.read(reader -> reader.sealedLength(id)).orElse(0);
        if (held.lengthBytes() < sealedAt) {
            throw new BatonException(ErrorCode.DATA_LOST, source + " holds " + held.lengthBytes() + " bytes of " + id
                    + " without a gap, which was sealed at " + sealedAt + ": it is not moved, since what is behind the gap would"
                    + " be given up; write the files that use it again");
        }
        HeldExtent copied = to.pull(placed.get().extent(), held.lengthBytes(), source, from.failuresSurvived(id));
        if (copied.lengthBytes() != held.lengthBytes() || copied.crc32c() != held.crc32c()) {
            to.free(List.of(id));
            throw new BatonException(ErrorCode.DATA_LOST, "the copy of " + id + " at " + destination
                    + " differs from the one at " + source + "; nothing was changed");
        }
        Epoch known = routes.stream().map(Route::epoch).max(Comparator.naturalOrder()).orElseThrow();
        // Refused or not known to have happened: the copy is left to HoldingsCheck, since it may be the routed one.
        calls.submitOwn(new Command.MoveRoute(placed.get().extent().pages(), List.of(destination), known),
                Reply.RouteMoved.class);
        from.free(List.of(id));
        return true;
    }

    /** Gives a copy back, unless a route names it by now. */
    synchronized void freeStray(ServerId server, ExtentId id) throws IOException {
        if (!calls.read(reader -> isPlaced(reader, server, id))) {
            directory.owner(server).free(List.of(id));
        }
    }

    /** Whether a route names a server for an extent. */
    static boolean isPlaced(CatalogReader reader, ServerId server, ExtentId id) {
        Optional<PlacedExtent> placed = reader.extent(id);
        return placed.isPresent()
                && placed.get().routes().stream().map(Route::owners).anyMatch(owners -> owners.contains(server));
    }
}
