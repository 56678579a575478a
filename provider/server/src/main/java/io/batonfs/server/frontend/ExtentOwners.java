package io.batonfs.server.frontend;

import io.batonfs.catalog.ExtentLength;
import io.batonfs.catalog.LeaseInfo;
import io.batonfs.model.BatonException;
import io.batonfs.model.Epoch;
import io.batonfs.model.ErrorCode;
import io.batonfs.model.Extent;
import io.batonfs.model.ExtentId;
import io.batonfs.model.Route;
import io.batonfs.model.ServerId;
import io.batonfs.protocol.OwnerService;
import io.batonfs.protocol.OwnerService.HeldExtent;
import io.batonfs.protocol.WrittenExtent;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * What the group asks of the owners of extents on behalf of a command. Stateless; thread-safe.
 */
final class ExtentOwners {
    private final OwnerDirectory directory;

    ExtentOwners(OwnerDirectory directory) {
        this.directory = directory;
    }

    /**
     * How long open extents are by now (CAT-5). An extent that its owner has never heard of has no bytes yet; one whose
     * owner can't be reached, or can't tell while one of its pools is not open, is left out, and the catalog refuses with
     * AGAIN.
     */
    List<ExtentLength> lengths(List<LeaseInfo> leases) throws IOException {
        Map<ServerId, List<ExtentId>> questions = new TreeMap<>();
        for (LeaseInfo lease : leases) {
            questions.computeIfAbsent(owner(lease.routes()), s -> new ArrayList<>()).add(lease.extent().id());
        }
        List<ExtentLength> report = new ArrayList<>();
        for (Map.Entry<ServerId, List<ExtentId>> question : questions.entrySet()) {
            try {
                report.addAll(lengths(question.getKey(), question.getValue()));
            } catch (BatonException e) {
                if (e.code() != ErrorCode.UNREACHABLE) {
                    throw e;
                }
            }
        }
        return report;
    }

    /**
     * Ends appending to an extent at the length that its writer had acknowledged, before the catalog commits it.
     *
     * @param force whether its bytes must survive a power cut
     * @throws BatonException INVALID_ARGUMENT if the owner never acknowledged so much, DATA_LOST if it holds other bytes
     *                        than the writer wrote
     */
    void seal(Extent extent, List<Route> routes, WrittenExtent written, boolean force) throws IOException {
        if (written.lengthBytes() == 0) {
            return;
        }
        HeldExtent held = directory.owner(owner(routes)).seal(extent.id(), written.lengthBytes(), force);
        if (held.crc32c() != written.crc32c()) {
            throw new BatonException(ErrorCode.DATA_LOST, extent.id() + " at " + owner(routes) + " has CRC32C "
                    + Integer.toHexString(held.crc32c()) + ", its writer computed "
                    + Integer.toHexString(written.crc32c()) + "; write the file again");
        }
    }

    /**
     * Makes all bytes of an earlier extent of a file survive a power cut.
     *
     * @param neededBytes how many it has to have: what it was sealed at, or where what is used of it ends
     * @param sealed      whether it was sealed at that
     * @throws BatonException DATA_LOST if its owner holds less without a gap; nothing is changed then
     */
    void force(ExtentId extent, List<Route> routes, long neededBytes, boolean sealed) throws IOException {
        OwnerService owner = directory.owner(owner(routes));
        HeldExtent held = owner.held(List.of(extent)).stream().findFirst().orElseThrow(() -> new BatonException(
                ErrorCode.DATA_LOST, extent + " is not at " + owner(routes) + ", where its route says it is; check its"
                + " devices"));
        if (!held.lengthKnown() || held.lengthBytes() < neededBytes) {
            throw new BatonException(ErrorCode.DATA_LOST, owner(routes) + " holds " + (held.lengthKnown()
                    ? held.lengthBytes() + " bytes" : "an unknown number of bytes") + " of " + extent + " without a gap, and it"
                    + " had " + neededBytes + ": these can't be made to survive a power cut; check the devices of "
                    + owner(routes) + ", or write the file again");
        }
        owner.seal(extent, sealed ? neededBytes : held.lengthBytes(), true);
    }

    /**
     * Makes the owner refuse older writers, and ends appending at what it holds, which survives a power cut then (CAT-10).
     *
     * @param committedBytes what the catalog has of the extent
     * @return what it holds
     * @throws BatonException DATA_LOST if that is less than what was committed
     */
    ExtentLength fenceAndSeal(Extent extent, Epoch writeEpoch, List<Route> routes, long committedBytes)
            throws IOException {
        HeldExtent held = directory.owner(owner(routes)).fence(extent.id(), writeEpoch);
        if (held.lengthBytes() < committedBytes) {
            throw new BatonException(ErrorCode.DATA_LOST, extent.id() + " holds " + held.lengthBytes() + " bytes of "
                    + committedBytes + " that were committed; check the devices of " + owner(routes) + " and try again");
        }
        seal(extent, routes, new WrittenExtent(held.extent(), held.lengthBytes(), held.crc32c()), true);
        return new ExtentLength(extent.id(), held.lengthBytes(), held.crc32c());
    }

    /** Gives an extent's space back at a server that holds it. */
    void free(ServerId holder, ExtentId extent) throws IOException {
        directory.owner(holder).free(List.of(extent));
    }

    static ServerId owner(List<Route> routes) {
        return routes.get(0).owner();
    }

    private List<ExtentLength> lengths(ServerId server, List<ExtentId> extents) throws IOException {
        Map<ExtentId, HeldExtent> held = new HashMap<>();
        for (HeldExtent extent : directory.owner(server).held(extents)) {
            held.put(extent.extent(), extent);
        }
        List<ExtentLength> lengths = new ArrayList<>();
        for (ExtentId extent : extents) {
            HeldExtent found = held.get(extent);
            if (found == null) {
                lengths.add(new ExtentLength(extent, 0, 0));
            } else if (found.lengthKnown()) {
                lengths.add(new ExtentLength(extent, found.lengthBytes(), found.crc32c()));
            }
        }
        return lengths;
    }
}
