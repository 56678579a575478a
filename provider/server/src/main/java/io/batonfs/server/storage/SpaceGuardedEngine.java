package io.batonfs.server.storage;

import io.batonfs.model.BatonException;
import io.batonfs.model.Epoch;
import io.batonfs.model.ErrorCode;
import io.batonfs.model.Extent;
import io.batonfs.model.ExtentId;
import io.batonfs.pages.ExtentState;
import io.batonfs.pages.IoCompletion;
import io.batonfs.pages.PageEngine;
import io.batonfs.pages.PageEngineCounters;
import io.batonfs.pages.ReadRequest;
import io.batonfs.pages.WriteRequest;
import java.io.IOException;
import java.util.List;
import java.util.Optional;

/**
 * Refuses writes with NO_SPACE while the file system below sparse devices is nearly full: met by a device, that would
 * take the device out of its pool. Everything else passes. Thread-safe; the engine belongs to the caller.
 */
final class SpaceGuardedEngine implements PageEngine {
    private final PageEngine engine;
    private final HostSpace space;

    SpaceGuardedEngine(PageEngine engine, HostSpace space) {
        this.engine = engine;
        this.space = space;
    }

    @Override
    public void addExtent(Extent extent, String poolName) throws IOException {
        engine.addExtent(extent, poolName);
    }

    @Override
    public void write(WriteRequest request, IoCompletion completion) {
        Optional<String> shortage = space.shortage();
        if (shortage.isPresent()) {
            completion.failed(new BatonException(ErrorCode.NO_SPACE, shortage.get()));
        } else {
            engine.write(request, completion);
        }
    }

    @Override
    public void read(ReadRequest request, IoCompletion completion) {
        engine.read(request, completion);
    }

    @Override
    public void readHere(ReadRequest request, IoCompletion completion) {
        engine.readHere(request, completion);
    }

    @Override
    public boolean readAtOnce(ReadRequest request) {
        return engine.readAtOnce(request);
    }

    @Override
    public boolean needsWord(ExtentId extent) {
        return engine.needsWord(extent);
    }

    @Override
    public int failuresSurvived(ExtentId extent) throws IOException {
        return engine.failuresSurvived(extent);
    }

    @Override
    public ExtentState state(ExtentId extent) throws IOException {
        return engine.state(extent);
    }

    @Override
    public List<ExtentState> report() {
        return engine.report();
    }

    @Override
    public int extents() {
        return engine.extents();
    }

    @Override
    public ExtentState fence(ExtentId extent, Epoch writeEpoch) throws IOException {
        return engine.fence(extent, writeEpoch);
    }

    @Override
    public ExtentState seal(ExtentId extent, long lengthBytes, boolean force) throws IOException {
        return engine.seal(extent, lengthBytes, force);
    }

    @Override
    public int checksum(ExtentId extent, long offset, long lengthBytes) throws IOException {
        return engine.checksum(extent, offset, lengthBytes);
    }

    @Override
    public void free(ExtentId extent) throws IOException {
        engine.free(extent);
    }

    @Override
    public PageEngineCounters counters() {
        return engine.counters();
    }

    @Override
    public void close() throws IOException {
        engine.close();
    }
}
