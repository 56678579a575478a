package io.batonfs.pools;

import java.io.IOException;
import java.util.OptionalLong;

/** A {@link PoolRebuild} and what has become of it, for {@link Rebuilder}, whose lock guards it. */
final class RebuildJob {
    private final PoolRebuild rebuild;
    private RebuildState state = RebuildState.WAITING;
    private String reason = "";
    private long begunMs;
    private long lastMs;
    private long writtenBytes;
    private long doneAtBegin;
    private long doneBytes;
    private long savedMs;

    RebuildJob(PoolRebuild rebuild) {
        this.rebuild = rebuild;
        this.doneBytes = rebuild.doneBytes();
    }

    PoolRebuild rebuild() {
        return rebuild;
    }

    RebuildState state() {
        return state;
    }

    boolean ended() {
        return state == RebuildState.DONE || state == RebuildState.FAILED;
    }

    /** Whether it is of the same device's rebuilding in the same pool. */
    boolean isOf(SegmentPool pool, int device, int number) {
        return isOfPlace(pool.name(), device) && rebuild.number() == number;
    }

    boolean isOfPlace(String pool, int device) {
        return rebuild.poolName().equals(pool) && rebuild.device() == device;
    }

    void run(long nowMs) {
        become(RebuildState.RUNNING);
        begunMs = nowMs;
        lastMs = nowMs;
        savedMs = nowMs;
        writtenBytes = 0;
        doneAtBegin = doneBytes;
    }

    void stop() {
        become(RebuildState.WAITING);
    }

    void stepped(long bytes, long nowMs) {
        writtenBytes += bytes;
        lastMs = nowMs;
        doneBytes = rebuild.doneBytes();
    }

    void end(String failure) {
        reason = failure;
        become(failure.isEmpty() ? RebuildState.DONE : RebuildState.FAILED);
    }

    /** Makes durable how far it is, if that was not done for some time, or the clock was set back. */
    void save(long nowMs, long intervalMs) throws IOException {
        if (nowMs < savedMs || nowMs - savedMs >= intervalMs) {
            savedMs = nowMs;
            rebuild.saveMark();
        }
    }

    RebuildProgress progress() {
        double seconds = Math.max(1, lastMs - begunMs) / 1000.0;
        boolean running = state == RebuildState.RUNNING;
        double donePerSecond = (doneBytes - doneAtBegin) / seconds;
        OptionalLong left = running && donePerSecond > 0
                ? OptionalLong.of((long) Math.ceil((rebuild.totalBytes() - doneBytes) / donePerSecond))
                : OptionalLong.empty();
        return new RebuildProgress(rebuild.poolName(), rebuild.device() + 1, rebuild.deviceName(), state, doneBytes,
                rebuild.totalBytes(), running ? Math.round(writtenBytes / seconds) : 0, left,
                rebuild.findings().lostBytes(), rebuild.findings().lost(), reason);
    }

    private void become(RebuildState next) {
        if (!state.mayBecome(next)) {
            throw new IllegalStateException("a rebuilding that is " + state + " can't become " + next);
        }
        state = next;
    }
}
