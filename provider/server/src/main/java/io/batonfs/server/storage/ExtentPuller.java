package io.batonfs.server.storage;

import io.batonfs.model.BatonException;
import io.batonfs.model.ErrorCode;
import io.batonfs.model.Extent;
import io.batonfs.model.PageGeometry;
import io.batonfs.model.ResumeKey;
import io.batonfs.model.ServerId;
import io.batonfs.pages.ExtentState;
import io.batonfs.pages.IoCompletion;
import io.batonfs.pages.PageEngine;
import io.batonfs.pages.WriteRequest;
import io.batonfs.server.grants.Grant;
import io.batonfs.server.grants.ResumeKeys;
import io.batonfs.transport.lwio.LwioConnection;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.ByteBuffer;
import java.time.Clock;
import java.util.Arrays;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;

/**
 * Copies sealed extents from other servers into this server's pages, with the writer's checksums all the way. One copy
 * at a time per call; thread-safe, since it keeps no state.
 */
final class ExtentPuller {
    /** Longer than a page takes at the slowest device; a fresh key is signed for each extent. */
    private static final long KEY_LIFE_S = 600;

    private final PageEngine engine;
    private final PageGeometry geometry;
    private final PeerLink peers;
    private final ResumeKeys resumeKeys;
    private final PoolChoice pool;
    private final Clock clock;

    ExtentPuller(PageEngine engine, PageGeometry geometry, PeerLink peers, ResumeKeys resumeKeys, PoolChoice pool,
            Clock clock) {
        this.engine = engine;
        this.geometry = geometry;
        this.peers = peers;
        this.resumeKeys = resumeKeys;
        this.pool = pool;
        this.clock = clock;
    }

    ExtentState pull(Extent extent, long lengthBytes, ServerId source, int failuresSurvived) throws IOException {
        String chosen = pool.of(extent, failuresSurvived);
        // What an earlier attempt left may be from a copying that was cut short: begin anew.
        engine.free(extent.id());
        pool.add(new Extent(extent.id(), extent.pages(), extent.writeEpoch(), false), engine, chosen,
                () -> pool.of(extent, failuresSurvived));
        ResumeKey key = resumeKeys.sign(Grant.readExtent(extent.id(),
                clock.instant().getEpochSecond() + KEY_LIFE_S));
        try (LwioConnection connection = peers.connect(source)) {
            int fid = connection.register(key, false, true);
            copy(extent, lengthBytes, connection, fid);
            connection.closeFid(fid);
        } catch (IOException | RuntimeException e) {
            engine.free(extent.id());
            throw e;
        }
        return engine.seal(extent.id(), lengthBytes, true);
    }

    private void copy(Extent extent, long lengthBytes, LwioConnection connection, int fid) throws IOException {
        int chunkBytes = connection.maxReadBytes() / geometry.blockBytes() * geometry.blockBytes();
        ByteBuffer buffer = ByteBuffer.allocateDirect(chunkBytes);
        int[] crcs = new int[chunkBytes / geometry.blockBytes()];
        long base = geometry.addressOf(extent.pages().firstPage());
        for (long at = 0; at < lengthBytes; at += buffer.limit()) {
            int restOfPage = geometry.pageBytes() - geometry.offsetInPage(base + at);
            buffer.clear().limit((int) Math.min(Math.min(chunkBytes, restOfPage), lengthBytes - at));
            await(connection.read(fid, base + at, buffer.duplicate(), crcs), extent);
            int pieces = geometry.blocksTouched(base + at, buffer.limit());
            await(write(extent, base + at, buffer.duplicate(), Arrays.copyOf(crcs, pieces)), extent);
        }
    }

    private CompletableFuture<Void> write(Extent extent, long address, ByteBuffer data, int[] crcs) {
        CompletableFuture<Void> done = new CompletableFuture<>();
        engine.write(new WriteRequest(extent.pages().volume(), address, extent.id(), extent.writeEpoch(), data, crcs,
                false), new IoCompletion() {
                    @Override
                    public void completed() {
                        done.complete(null);
                    }

                    @Override
                    public void failed(BatonException cause) {
                        done.completeExceptionally(cause);
                    }
                });
        return done;
    }

    private static void await(CompletableFuture<?> future, Extent extent) throws IOException {
        try {
            future.get();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw (IOException) new InterruptedIOException("interrupted while " + extent.id() + " was copied")
                    .initCause(e);
        } catch (ExecutionException e) {
            throw new BatonException(ErrorCode.UNREACHABLE, "copying " + extent.id() + " failed: "
                    + e.getCause().getMessage() + "; try again", e.getCause());
        }
    }
}
