package io.batonfs.client;

import io.batonfs.model.ResumeKey;
import io.batonfs.model.ServerId;
import io.batonfs.transport.lwio.FidFlag;
import io.batonfs.transport.lwio.LwioConnection;
import io.batonfs.transport.lwio.LwioException;
import io.batonfs.transport.lwio.LwioIo;
import io.batonfs.transport.lwio.LwioStatus;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A connection to a fake server. WRITEs take effect in the order of their arrival, READs when they end; both end in any
 * order. A cut ends what is outstanding; what had arrived has taken effect.
 */
final class FakeLwio implements LwioConnection {
    private final ServerId server;
    private final String provider;
    private final FakeGroup group;
    private final Map<Integer, Registered> fids = new HashMap<>();
    private final List<CompletableFuture<Integer>> outstanding = new ArrayList<>();
    private final AtomicInteger mostOutstanding = new AtomicInteger();
    private boolean open = true;
    private int nextFid = 1;
    private long payload;

    private record Registered(ResumeKey key, boolean writeThrough) {
    }

    FakeLwio(ServerId server, FakeGroup group, String provider) {
        this.server = server;
        this.provider = provider;
        this.group = group;
    }

    @Override
    public int maxReadBytes() {
        return group.maxIoBytes;
    }

    @Override
    public int maxWriteBytes() {
        return group.maxIoBytes;
    }

    @Override
    public String provider() {
        return provider;
    }

    @Override
    public synchronized boolean isOpen() {
        return open;
    }

    @Override
    public synchronized int register(ResumeKey key, boolean writeThrough, boolean checksummed) throws LwioException {
        checkOpen();
        if (!checksummed) {
            throw new LwioException(LwioStatus.NOT_SUPPORTED, "the client always wants checksums");
        }
        group.extents.check(key);
        fids.put(nextFid, new Registered(key, writeThrough));
        group.registered.incrementAndGet();
        return nextFid++;
    }

    @Override
    public int register(ResumeKey key, Set<FidFlag> flags) throws LwioException {
        return register(key, flags.contains(FidFlag.WRITE_THROUGH), flags.contains(FidFlag.CHECKSUMMED));
    }

    @Override
    public void cancelFid(int fid) {
        throw new UnsupportedOperationException("the client does not cancel");
    }

    @Override
    public LwioIo polling() {
        throw new UnsupportedOperationException("the client does not poll");
    }

    @Override
    public boolean poll() {
        return false;
    }

    @Override
    public int maxVectoredReadBytes() {
        return 0;
    }

    @Override
    public int pageBytes() {
        return 4096;
    }

    @Override
    public CompletableFuture<Integer> readVectored(int fid, long offset, List<ByteBuffer> pages, int[] pieceCrcs) {
        throw new UnsupportedOperationException("the client does not read into pages");
    }

    @Override
    public CompletableFuture<Integer> writeVectored(int fid, long offset, List<ByteBuffer> sources, int[] pieceCrcs) {
        throw new UnsupportedOperationException("the client does not gather");
    }

    @Override
    public CompletableFuture<Integer> writeCollapsed(int fid, long offset, ByteBuffer page, int lengthBytes,
            int[] pieceCrcs) {
        throw new UnsupportedOperationException("the client does not collapse");
    }

    @Override
    public synchronized void closeFid(int fid) throws LwioException {
        checkOpen();
        if (fids.remove(fid) == null) {
            throw new LwioException(LwioStatus.INVALID_HANDLE, "Fid " + fid + " is not registered");
        }
    }

    private void checkOpen() throws LwioException {
        if (!open) {
            throw new LwioException(LwioStatus.CANCELLED, "the connection is closed");
        }
    }

    @Override
    public CompletableFuture<Integer> read(int fid, long offset, ByteBuffer destination, int[] pieceCrcs) {
        group.reads.incrementAndGet();
        int length = destination.remaining();
        ByteBuffer target = destination.slice();
        group.lastTarget = target;
        return start(fid, (registered, late) -> {
            if (late) {
                group.extents.read(server, registered.key, offset, target, pieceCrcs);
                if (group.faults.wrongRead()) {
                    target.put(length / 2, (byte) (target.get(length / 2) ^ 4));
                }
            }
            return length;
        });
    }

    @Override
    public CompletableFuture<Integer> write(int fid, long offset, ByteBuffer source, int[] pieceCrcs) {
        group.writes.incrementAndGet();
        group.lastSource = source.slice();
        if (group.faults.brokenCode()) {
            throw new IllegalArgumentException("a bug of the transport");
        }
        int length = source.remaining();
        return start(fid, (registered, late) -> {
            if (!late) {
                group.extents.write(server, registered.key, offset, source, pieceCrcs, registered.writeThrough);
            } else if (length > 0) {
                // Whoever changed the bytes while they were on the way is found out here.
                group.checkUnchanged(offset, source);
            }
            return length;
        });
    }

    private synchronized CompletableFuture<Integer> start(int fid, Effect effect) {
        CompletableFuture<Integer> answer = new CompletableFuture<>();
        Registered registered = fids.get(fid);
        LwioStatus status = !open ? LwioStatus.CANCELLED
                : registered == null ? LwioStatus.INVALID_HANDLE : group.faults.status();
        if (status == LwioStatus.INVALID_HANDLE) {
            fids.remove(fid);
        }
        if (open && status == LwioStatus.SUCCESS && group.faults.cut()) {
            if (group.faults.coin()) {
                try {
                    effect.happen(registered, false);
                } catch (LwioException e) {
                    // it would have been refused; the answer is lost all the same
                    answer.completeExceptionally(e);
                }
            }
            close();
            answer.completeExceptionally(new LwioException(LwioStatus.CANCELLED, "cut"));
            return answer;
        }
        if (!open) {
            answer.completeExceptionally(new LwioException(status, "the connection is closed"));
            return answer;
        }
        LwioException failure = status == LwioStatus.SUCCESS ? null : new LwioException(status, "injected");
        if (failure == null) {
            try {
                effect.happen(registered, false);
            } catch (LwioException e) {
                failure = e;
            }
        }
        outstanding.add(answer);
        mostOutstanding.accumulateAndGet(outstanding.size(), Math::max);
        LwioException refused = failure;
        group.wire.later(() -> end(answer, registered, effect, refused));
        return answer;
    }

    private void end(CompletableFuture<Integer> answer, Registered registered, Effect effect, LwioException refused) {
        LwioException failure = refused;
        int bytes = 0;
        synchronized (this) {
            if (!outstanding.remove(answer)) {
                return; // cut meanwhile
            }
            if (failure == null) {
                try {
                    bytes = effect.happen(registered, true);
                    payload += bytes;
                } catch (LwioException e) {
                    failure = e;
                }
            }
        }
        if (failure == null) {
            answer.complete(bytes);
        } else {
            answer.completeExceptionally(failure);
        }
    }

    /** Ends the connection; what is outstanding fails. */
    @Override
    public void close() {
        List<CompletableFuture<Integer>> ended;
        synchronized (this) {
            open = false;
            fids.clear();
            ended = List.copyOf(outstanding);
            outstanding.clear();
        }
        ended.forEach(answer -> answer.completeExceptionally(new LwioException(LwioStatus.CANCELLED, "cut")));
    }

    @Override
    public boolean await(CompletableFuture<Integer> answer, long timeoutMs) throws InterruptedException {
        try {
            answer.get(timeoutMs, TimeUnit.MILLISECONDS);
            return true;
        } catch (ExecutionException e) {
            return true;
        } catch (TimeoutException e) {
            return false;
        }
    }

    @Override
    public synchronized long payloadBytes() {
        return payload;
    }

    @Override
    public long copiedBytes() {
        return 0;
    }

    synchronized int fids() {
        return fids.size();
    }

    void resetMostOutstanding() {
        mostOutstanding.set(0);
    }

    int mostOutstanding() {
        return mostOutstanding.get();
    }

    private interface Effect {
        int happen(Registered registered, boolean late) throws LwioException;
    }
}
