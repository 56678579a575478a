package io.batonfs.pages;

import io.batonfs.model.BatonException;
import io.batonfs.model.Epoch;
import io.batonfs.model.ErrorCode;
import io.batonfs.model.Extent;
import io.batonfs.model.ExtentId;
import io.batonfs.model.GroupId;
import io.batonfs.model.PageGeometry;
import io.batonfs.model.PageRun;
import io.batonfs.model.VolumeId;
import io.batonfs.pools.Pool;
import io.batonfs.pools.placement.ActivityConfig;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalLong;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.BiConsumer;

/** An engine with threads of its own and calls that a test finds handy. */
final class EngineRig implements AutoCloseable {
    static final PageGeometry GEOMETRY = new PageGeometry(4096, 2);
    static final int PAGE = GEOMETRY.pageBytes();
    static final GroupId GROUP = new GroupId(new UUID(7, 7));
    static final VolumeId VOLUME = VolumeId.of(0, 1);

    /** Far beyond what any step takes: a test that reaches it hangs. */
    private static final long HANGS_S = 30;

    final LocalPageEngine engine;
    private final ExecutorService io = Executors.newFixedThreadPool(3);
    private final ExecutorService control = Executors.newSingleThreadExecutor();

    EngineRig(List<Pool> pools) {
        engine = LocalPageEngine.open(GROUP, GEOMETRY, pools, io, control);
    }

    EngineRig(Pool... pools) {
        this(List.of(pools));
    }

    /** On some pools of a server of which others could not be opened; these tests have older extents only. */
    static EngineRig onSome(Pool... pools) {
        return onSome(Integer.MAX_VALUE, pools);
    }

    /** With the number of the last extent that was given out before this start. */
    static EngineRig onSome(int lastExtent, Pool... pools) {
        return new EngineRig(PageEngineLimits.DEFAULT, PlanPolicy.DEFAULT, OptionalLong.of(lastExtent), pools);
    }

    private EngineRig(PageEngineLimits limits, PlanPolicy policy, OptionalLong lastExtentBefore, Pool... pools) {
        engine = LocalPageEngine.open(GROUP, GEOMETRY, List.of(pools), io, control, limits, policy, ActivityConfig.DEFAULT,
                lastExtentBefore);
    }

    EngineRig(PageEngineLimits limits, PlanPolicy policy, Pool... pools) {
        this(limits, policy, OptionalLong.empty(), pools);
    }

    /** With the control path on an executor of the test's own. */
    EngineRig(Executor controlPath, Pool... pools) {
        engine = LocalPageEngine.open(GROUP, GEOMETRY, List.of(pools), io, controlPath);
    }

    /** Waits until the engine has dealt with what interrupted moves had left. */
    void settled() {
        engine.settled().join();
    }

    static ExtentId id(long number) {
        return ExtentId.of(0, number);
    }

    static Extent extent(long number, long firstPage, int pages) {
        return new Extent(id(number), new PageRun(VOLUME, firstPage, pages), Epoch.FIRST, false);
    }

    static byte[] bytes(long seed, int length) {
        byte[] bytes = new byte[length];
        new Random(seed).nextBytes(bytes);
        return bytes;
    }

    static WriteRequest writeRequest(Extent extent, Epoch epoch, long offset, byte[] data, boolean through) {
        long address = GEOMETRY.addressOf(extent.pages().firstPage()) + offset;
        ByteBuffer buffer = ByteBuffer.wrap(data);
        return new WriteRequest(extent.pages().volume(), address, extent.id(), epoch, buffer,
                Pieces.crcs(GEOMETRY, GEOMETRY.offsetInPage(address), buffer), through);
    }

    CompletableFuture<Void> write(Extent extent, long offset, byte[] data) {
        return write(extent, extent.writeEpoch(), offset, data, false);
    }

    CompletableFuture<Void> write(Extent extent, Epoch epoch, long offset, byte[] data, boolean through) {
        Outcome outcome = new Outcome();
        engine.write(writeRequest(extent, epoch, offset, data, through), outcome);
        return outcome.future;
    }

    CompletableFuture<byte[]> read(Extent extent, long offset, int length) {
        return read(extent, offset, length, engine::read);
    }

    CompletableFuture<byte[]> readHere(Extent extent, long offset, int length) {
        return read(extent, offset, length, engine::readHere);
    }

    private static CompletableFuture<byte[]> read(
            Extent extent, long offset, int length, BiConsumer<ReadRequest, IoCompletion> how) {
        long address = GEOMETRY.addressOf(extent.pages().firstPage()) + offset;
        byte[] data = new byte[length];
        int[] crcs = new int[GEOMETRY.blocksTouched(GEOMETRY.offsetInPage(address), length)];
        Outcome outcome = new Outcome();
        how.accept(new ReadRequest(extent.pages().volume(), address, ByteBuffer.wrap(data), crcs), outcome);
        return outcome.future.thenApply(nothing -> {
            int[] expected = Pieces.crcs(GEOMETRY, GEOMETRY.offsetInPage(address), ByteBuffer.wrap(data));
            if (!Arrays.equals(expected, crcs)) {
                throw new AssertionError("the checksums do not belong to the bytes");
            }
            return data;
        });
    }

    /** Writes in cuts that respect page boundaries, each after the one before. */
    void append(Extent extent, long offset, byte[] data) throws IOException {
        for (int done = 0; done < data.length;) {
            int bytes = (int) Math.min(data.length - done, PAGE - (offset + done) % PAGE);
            get(write(extent, offset + done, Arrays.copyOfRange(data, done, done + bytes)));
            done += bytes;
        }
    }

    byte[] readAll(Extent extent, long length) throws IOException {
        byte[] all = new byte[(int) length];
        for (int done = 0; done < length;) {
            int bytes = (int) Math.min(length - done, PAGE - done % PAGE);
            System.arraycopy(get(read(extent, done, bytes)), 0, all, done, bytes);
            done += bytes;
        }
        return all;
    }

    /** The outcome, or the failure as it was. */
    static <T> T get(CompletableFuture<T> future) throws IOException {
        try {
            return future.get(HANGS_S, TimeUnit.SECONDS);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof IOException io) {
                throw io;
            }
            throw new AssertionError(e.getCause());
        } catch (InterruptedException | TimeoutException e) {
            throw new AssertionError("no outcome", e);
        }
    }

    /** The code with which an I/O failed. */
    static ErrorCode failure(CompletableFuture<?> future) {
        try {
            get(future);
        } catch (BatonException e) {
            return e.code();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
        throw new AssertionError("it succeeded");
    }

    @Override
    public void close() throws IOException {
        try {
            engine.close();
        } finally {
            io.shutdown();
            control.shutdown();
        }
    }

    /** A completion that complains of a second call. */
    static final class Outcome implements IoCompletion {
        final CompletableFuture<Void> future = new CompletableFuture<>();

        @Override
        public void completed() {
            if (!future.complete(null)) {
                throw new AssertionError("completed a second time");
            }
        }

        @Override
        public void failed(BatonException cause) {
            if (!future.completeExceptionally(cause)) {
                throw new AssertionError("completed a second time", cause);
            }
        }
    }
}
