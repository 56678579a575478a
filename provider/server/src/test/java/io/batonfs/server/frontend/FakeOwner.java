package io.batonfs.server.frontend;

import io.batonfs.model.BatonException;
import io.batonfs.model.Epoch;
import io.batonfs.model.ErrorCode;
import io.batonfs.model.Extent;
import io.batonfs.model.ExtentId;
import io.batonfs.model.ServerId;
import io.batonfs.protocol.OwnerService;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** Says of extents what a test wants it to say, and keeps epochs and seals as an owner does. */
final class FakeOwner implements OwnerService {
    private final Map<ExtentId, HeldExtent> held = new ConcurrentHashMap<>();
    /** Questions about lengths that fail before the next one is answered. */
    int unreachableFor;
    /** What it can't free, as the owner of a pool that takes no changes. */
    final Set<ExtentId> keeps = ConcurrentHashMap.newKeySet();
    /** What it meets an error of the software with. */
    final Set<ExtentId> breaks = ConcurrentHashMap.newKeySet();

    void holds(ExtentId extent, long endPage, long lengthBytes, int crc32c) {
        held.put(extent, new HeldExtent(extent, endPage, lengthBytes, crc32c, Epoch.FIRST, false));
    }

    HeldExtent of(ExtentId extent) {
        return held.getOrDefault(extent, new HeldExtent(extent, 0, 0, 0, Epoch.FIRST, false));
    }

    @Override
    public List<HeldExtent> held(List<ExtentId> extents) throws BatonException {
        if (unreachableFor > 0) {
            unreachableFor--;
            throw new BatonException(ErrorCode.UNREACHABLE, "the owner is away");
        }
        return new ArrayList<>(extents.stream().filter(held::containsKey).map(held::get).toList());
    }

    @Override
    public HeldExtent fence(ExtentId extent, Epoch writeEpoch) {
        return held.merge(extent, new HeldExtent(extent, 0, 0, 0, writeEpoch, false), (before, none) ->
                new HeldExtent(extent, before.endPage(), before.lengthBytes(), before.crc32c(), writeEpoch,
                        before.sealed()));
    }

    @Override
    public HeldExtent seal(ExtentId extent, long lengthBytes, boolean force) throws BatonException {
        HeldExtent before = of(extent);
        if (before.lengthBytes() != lengthBytes) {
            throw new BatonException(ErrorCode.INVALID_ARGUMENT, extent + " has " + before.lengthBytes() + " bytes");
        }
        HeldExtent after = new HeldExtent(extent, before.endPage(), lengthBytes, before.crc32c(), before.writeEpoch(),
                true);
        held.put(extent, after);
        return after;
    }

    @Override
    public int failuresSurvived(ExtentId extent) {
        return 0;
    }

    @Override
    public HeldExtent pull(Extent extent, long lengthBytes, ServerId source, int failuresSurvived) {
        throw new UnsupportedOperationException("no test moves extents here");
    }

    @Override
    public void free(List<ExtentId> extents) throws BatonException {
        for (ExtentId extent : extents) {
            if (breaks.contains(extent)) {
                throw new StackOverflowError("for a test");
            }
            if (keeps.contains(extent)) {
                throw new BatonException(ErrorCode.READ_ONLY, "the pool of " + extent + " takes no changes");
            }
            held.remove(extent);
        }
    }

    @Override
    public List<HeldExtent> report() {
        return List.copyOf(held.values());
    }
}
