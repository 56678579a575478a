package io.batonfs.server.storage;

import io.batonfs.model.BatonException;
import io.batonfs.model.Epoch;
import io.batonfs.model.ErrorCode;
import io.batonfs.model.Extent;
import io.batonfs.model.ExtentId;
import io.batonfs.model.ServerId;
import io.batonfs.pages.ExtentState;
import io.batonfs.pages.PageEngine;
import io.batonfs.protocol.OwnerService;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What this server answers to the servers of its group as an owner of extents. Stateless; thread-safe. */
final class OwnerEndpoint implements OwnerService {
    private static final Logger LOG = LoggerFactory.getLogger(OwnerEndpoint.class);

    private final PageEngine engine;
    private final ExtentWords words;
    private final ExtentPuller puller;

    OwnerEndpoint(PageEngine engine, ExtentWords words, ExtentPuller puller) {
        this.engine = engine;
        this.words = words;
        this.puller = puller;
    }

    @Override
    public List<HeldExtent> held(List<ExtentId> extents) throws IOException {
        List<HeldExtent> held = new ArrayList<>();
        for (ExtentId extent : extents) {
            try {
                held.add(held(extent));
            } catch (BatonException e) {
                if (e.code() != ErrorCode.NO_SUCH_EXTENT) {
                    throw e;
                }
            }
        }
        return held;
    }

    /** One whose length is not known does not keep others from being told of. */
    private HeldExtent held(ExtentId extent) throws IOException {
        ExtentState state;
        try {
            words.bringIfNeeded(extent);
            state = engine.state(extent);
        } catch (BatonException e) {
            // The second: its pages are not those that the catalog says.
            if (e.code() != ErrorCode.DATA_LOST && e.code() != ErrorCode.ALREADY_EXISTS) {
                throw e;
            }
            LOG.warn("{}", e.getMessage());
            return HeldExtent.lengthUnknown(extent);
        }
        return withChecksum(state);
    }

    /**
     * An extent that nobody has written to yet is made known first, so that its writer, whose registration may be under
     * way, meets the raised epoch and not a page that nobody has heard of.
     */
    @Override
    public HeldExtent fence(ExtentId extent, Epoch writeEpoch) throws IOException {
        if (held(List.of(extent)).isEmpty()) {
            words.bring(extent);
        }
        return withChecksum(engine.fence(extent, writeEpoch));
    }

    @Override
    public HeldExtent seal(ExtentId extent, long lengthBytes, boolean force) throws IOException {
        words.bringIfNeeded(extent);
        return withChecksum(engine.seal(extent, lengthBytes, force));
    }

    @Override
    public int failuresSurvived(ExtentId extent) throws IOException {
        return engine.failuresSurvived(extent);
    }

    @Override
    public HeldExtent pull(Extent extent, long lengthBytes, ServerId source, int failuresSurvived) throws IOException {
        return withChecksum(puller.pull(extent, lengthBytes, source, failuresSurvived));
    }

    @Override
    public void free(List<ExtentId> extents) throws IOException {
        for (ExtentId extent : extents) {
            engine.free(extent);
        }
    }

    @Override
    public List<HeldExtent> report() {
        return engine.report().stream().map(state -> held(state, 0)).toList();
    }

    private HeldExtent withChecksum(ExtentState state) throws IOException {
        int crc = state.lengthBytes() == 0 ? 0 : engine.checksum(state.extent(), 0, state.lengthBytes());
        return held(state, crc);
    }

    private static HeldExtent held(ExtentState state, int crc) {
        return new HeldExtent(state.extent(), state.pages().endPage(), state.lengthBytes(), crc, state.writeEpoch(), state.sealed(),
                state.lengthKnown());
    }
}
