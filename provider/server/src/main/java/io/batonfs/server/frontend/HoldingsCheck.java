package io.batonfs.server.frontend;

import io.batonfs.catalog.Catalog;
import io.batonfs.catalog.CatalogReader;
import io.batonfs.model.ExtentId;
import io.batonfs.model.ServerId;
import io.batonfs.protocol.OwnerService.HeldExtent;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Compares what owners hold with what the catalog says (CAT-7). A copy that no route names, left by a move or a freeing
 * that was cut short, is given back once it was seen so for the whole grace time. An extent or page that the catalog has never
 * given out proves that the catalog went back in time: then nothing is freed any more, and the group is read-only until
 * an operator has looked.
 *
 * <p>{@link #check} is called once before housekeeping begins and by its thread then; the verdict may be read by any thread.
 */
final class HoldingsCheck {
    private static final Logger LOG = LoggerFactory.getLogger(HoldingsCheck.class);

    private final CatalogCalls calls;
    private final OwnerDirectory directory;
    private final ExtentMover mover;
    private final Supplier<List<ServerId>> servers;
    private final long graceMs;
    private final Map<Stray, Long> firstSeenMs = new HashMap<>();
    private volatile Optional<String> restoredFromPast = Optional.empty();

    HoldingsCheck(CatalogCalls calls, OwnerDirectory directory, ExtentMover mover, Supplier<List<ServerId>> servers, long graceMs) {
        this.calls = calls;
        this.directory = directory;
        this.mover = mover;
        this.servers = servers;
        this.graceMs = graceMs;
    }

    private record Stray(ServerId server, ExtentId extent) {
    }

    /** What proves that the catalog went back in time, for people; empty if nothing does. */
    Optional<String> restoredFromPast() {
        return restoredFromPast;
    }

    /** Asks every owner and settles what is due. */
    void check() throws IOException {
        Set<Stray> strays = new HashSet<>();
        for (ServerId server : servers.get()) {
            strays.addAll(straysOf(server));
        }
        firstSeenMs.keySet().retainAll(strays);
        for (Stray stray : strays) {
            long since = firstSeenMs.computeIfAbsent(stray, s -> calls.nowMs());
            if (calls.nowMs() - since >= graceMs && restoredFromPast.isEmpty()) {
                LOG.warn("{} holds {}, which no route places there; its space is given back", stray.server(),
                        stray.extent());
                mover.freeStray(stray.server(), stray.extent());
            }
        }
    }

    private List<Stray> straysOf(ServerId server) throws IOException {
        List<HeldExtent> held = directory.owner(server).report();
        // The tables are read after the report: what was given out in between is known here.
        return calls.read((Catalog.Query<List<Stray>>) reader -> {
            List<Stray> strays = new ArrayList<>();
            for (HeldExtent extent : held) {
                if (!ExtentMover.isPlaced(reader, server, extent.extent())) {
                    strays.add(new Stray(server, extent.extent()));
                }
                if (extent.endPage() > reader.nextPage() || extent.extent().number() > reader.lastExtentNumber()) {
                    proven(server, extent, reader);
                }
            }
            return strays;
        });
    }

    private void proven(ServerId server, HeldExtent extent, CatalogReader reader) {
        String proof = server + " holds " + extent.extent() + " up to page " + extent.endPage() + ", but the catalog has"
                + " given out extents up to " + reader.lastExtentNumber() + " and pages below " + reader.nextPage()
                + " only: the catalog was restored from an older state. The group is read-only; restore the catalog that"
                + " belongs to these devices";
        if (restoredFromPast.isEmpty()) {
            LOG.error(proof);
            restoredFromPast = Optional.of(proof);
        }
    }
}
