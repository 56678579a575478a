package io.batonfs.server.frontend;

import io.batonfs.catalog.Catalog;
import io.batonfs.catalog.CatalogReader;
import io.batonfs.model.BatonException;
import io.batonfs.model.ErrorCode;
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
 * <p>What the catalog has as sealed and an owner holds unsealed, because a power cut took the seal, is sealed again
 * (CAT-10). If the owner holds less than was sealed, the power cut took unforced bytes: that is reported.
 *
 * <p>{@link #check} is called once before housekeeping begins and by its thread then; the verdicts may be read by any thread.
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
    private volatile List<String> unsealable = List.of();

    HoldingsCheck(CatalogCalls calls, OwnerDirectory directory, ExtentMover mover, Supplier<List<ServerId>> servers, long graceMs) {
        this.calls = calls;
        this.directory = directory;
        this.mover = mover;
        this.servers = servers;
        this.graceMs = graceMs;
    }

    private record Stray(ServerId server, ExtentId extent) {
    }

    private record Unsealed(ServerId server, ExtentId extent, boolean sealed, boolean lengthKnown, long heldBytes,
            long sealedBytes) {
    }

    /** What proves that the catalog went back in time, for people; empty if nothing does. */
    Optional<String> restoredFromPast() {
        return restoredFromPast;
    }

    /** What the last check found of extents that could not be sealed again, for people. */
    List<String> unsealable() {
        return unsealable;
    }

    /** Asks every owner and settles what is due. */
    void check() throws IOException {
        Set<Stray> strays = new HashSet<>();
        List<Unsealed> unsealed = new ArrayList<>();
        for (ServerId server : servers.get()) {
            strays.addAll(compare(server, unsealed));
        }
        if (restoredFromPast.isEmpty()) {
            sealAgain(unsealed);
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

    private void sealAgain(List<Unsealed> unsealed) {
        List<String> failures = new ArrayList<>();
        for (Unsealed reported : unsealed) {
            Unsealed extent = reported;
            try {
                if (!reported.lengthKnown()) {
                    extent = asked(reported);
                }
                if (!extent.lengthKnown() || extent.sealed()) {
                    // What may be in a pool that is not open is not missing, and said where pools are.
                    continue;
                }
                if (extent.heldBytes() < extent.sealedBytes()) {
                    throw new BatonException(ErrorCode.DATA_LOST, "the rest was never forced to its devices; write "
                            + "the files that use it again, and set fs.baton.client.close.sync for what must outlive a power"
                            + " cut");
                }
                directory.owner(extent.server()).seal(extent.extent(), extent.sealedBytes(), true);
                LOG.info("{} has sealed {} again", extent.server(), extent.extent());
            } catch (IOException e) {
                String failure = extent.server() + " holds " + extent.heldBytes() + " bytes of " + extent.extent()
                        + ", which was sealed at " + extent.sealedBytes() + ": " + e.getMessage();
                LOG.warn(failure);
                failures.add(failure);
            }
        }
        unsealable = List.copyOf(failures);
    }

    /** Asked for one extent, its owner takes the catalog's word of it first. */
    private Unsealed asked(Unsealed reported) throws IOException {
        for (HeldExtent held : directory.owner(reported.server()).held(List.of(reported.extent()))) {
            return new Unsealed(reported.server(), held.extent(), held.sealed(), held.lengthKnown(), held.lengthBytes(),
                    reported.sealedBytes());
        }
        return reported;
    }

    private List<Stray> compare(ServerId server, List<Unsealed> unsealed) throws IOException {
        List<HeldExtent> held = directory.owner(server).report();
        // The tables are read after the report: what was given out in between is known here.
        return calls.read((Catalog.Query<List<Stray>>) reader -> {
            List<Stray> strays = new ArrayList<>();
            for (HeldExtent extent : held) {
                if (!ExtentMover.isPlaced(reader, server, extent.extent())) {
                    strays.add(new Stray(server, extent.extent()));
                } else if (!extent.sealed() && reader.sealedLength(extent.extent()).orElse(0) > 0) {
                    unsealed.add(new Unsealed(server, extent.extent(), extent.sealed(),
                            extent.lengthKnown(), extent.lengthBytes(), reader.sealedLength(extent.extent()).getAsLong()));
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
