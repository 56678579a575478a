package io.batonfs.client;

import io.batonfs.model.BatonException;
import io.batonfs.model.Crc32cMath;
import io.batonfs.model.ErrorCode;
import io.batonfs.model.FileInfo;
import io.batonfs.protocol.WrittenExtent;
import java.io.IOException;
import java.util.Objects;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Appends to a file, extent by extent. Its lock is held by the one thread that writes; what closes the client may close
 * it too. Only the failure may be set past the lock: by a lost lease, and by {@link #abort}.
 */
final class ExtentOutput implements BatonOutput {
    private static final Logger LOG = LoggerFactory.getLogger(ExtentOutput.class);

    private final WriteHandle handle;
    private final WritePipeline pipeline;
    private final FidTable fids;
    private final BufferPool pool;
    private final FailureSlot failure;
    private final ClientConfig config;
    private final Traffic traffic;
    private final Consumer<ExtentOutput> onClose;

    private WriteChunk filling;
    private long extentBytes;
    private int extentCrc;
    private long position;
    private boolean earlierUnforced;
    private boolean closed;
    private FileInfo closedInfo;

    ExtentOutput(
            WriteHandle handle, WritePipeline pipeline, FidTable fids, BufferPool pool, FailureSlot failure,
            ClientConfig config, Traffic traffic, Consumer<ExtentOutput> onClose) {
        this.handle = handle;
        this.pipeline = pipeline;
        this.fids = fids;
        this.pool = pool;
        this.failure = failure;
        this.config = config;
        this.traffic = traffic;
        this.onClose = onClose;
        this.position = handle.offset();
        this.earlierUnforced = handle.offset() > 0;
    }

    @Override
    public synchronized void write(byte[] bytes, int offset, int length) throws IOException {
        Objects.checkFromIndexSize(offset, length, bytes.length);
        run(() -> {
            int next = offset;
            int left = length;
            while (left > 0) {
                prepareChunk();
                int taken = filling.fill(bytes, next, left);
                next += taken;
                left -= taken;
                extentBytes += taken;
                position += taken;
                traffic.written(taken);
                if (filling.isFull()) {
                    submit(false);
                }
            }
        });
    }

    private void prepareChunk() throws IOException {
        if (filling != null) {
            return;
        }
        if (extentBytes == handle.capacityBytes()) {
            nextExtent();
        }
        long address = handle.addressOf(extentBytes);
        filling = new WriteChunk(handle.geometry(), address, pipeline.buffer(), handle.capacityBytes() - extentBytes);
    }

    private void nextExtent() throws IOException {
        pipeline.drain();
        handle.next(written());
        pipeline.leftExtent();
        earlierUnforced = true;
        if (handle.offset() != position) {
            throw new BatonException(ErrorCode.INTERNAL, "the catalog goes on with " + handle.path() + " at "
                    + handle.offset() + " and the writer at " + position);
        }
        extentBytes = 0;
        extentCrc = 0;
    }

    private void submit(boolean durable) throws IOException {
        if (filling == null) {
            return;
        }
        WriteChunk chunk = filling;
        filling = null;
        chunk.seal(durable);
        for (int piece = 0; piece < chunk.pieces(); piece++) {
            extentCrc = Crc32cMath.combine(extentCrc, chunk.pieceCrc(piece), chunk.pieceLength(piece));
        }
        pipeline.submit(chunk);
    }

    private WrittenExtent written() {
        return new WrittenExtent(handle.extent().id(), extentBytes, extentCrc);
    }

    @Override
    public synchronized long position() {
        return position;
    }

    @Override
    public synchronized void hflush() throws IOException {
        run(() -> {
            submit(false);
            pipeline.drain();
        });
    }

    @Override
    public synchronized void hsync() throws IOException {
        run(() -> {
            submit(true);
            pipeline.drain();
            force();
        });
    }

    private void force() throws IOException {
        if (earlierUnforced) {
            handle.forceEarlierExtents();
            earlierUnforced = false;
        }
        pipeline.force();
    }

    @Override
    public synchronized void close() throws IOException {
        if (closed) {
            return;
        }
        try {
            run(() -> {
                submit(config.closeSync());
                pipeline.drain();
                if (config.closeSync()) {
                    force();
                }
                closedInfo = handle.close(written());
            });
        } finally {
            end();
            if (closedInfo == null) {
                abandonLease();
            }
        }
    }

    @Override
    public synchronized FileInfo closedInfo() {
        if (closedInfo == null) {
            throw new IllegalStateException(handle.path() + " has not been closed with success");
        }
        return closedInfo;
    }

    @Override
    public void abort() {
        // Before the lock: a writer that waits for answers must not keep this waiting.
        failure.set(new BatonException(ErrorCode.INVALID_ARGUMENT,
                "writing " + handle.path() + " was given up; open it again"));
        synchronized (this) {
            if (closed) {
                return;
            }
            end();
        }
        abandonLease();
    }

    /**
     * Renewing keeps all leases of the client alive, so this one would live as long as any other does. Whatever goes
     * wrong here leaves the lease to recovery.
     */
    private void abandonLease() {
        try {
            handle.abandon();
        } catch (IOException | RuntimeException e) {
            LOG.warn("the lease of {} could not be given up; recoverLease ends it, or the group once this client has"
                    + " gone: {}", handle.path(), e.toString());
        }
    }

    /** Asks whether the lease is held and fails this output if not; any thread. */
    void checkLease() {
        try {
            handle.probe();
        } catch (IOException e) {
            if (e instanceof BatonException coded && coded.code() == ErrorCode.LEASE_LOST) {
                failure.set(e);
            } else {
                LOG.warn("whether the lease of {} is held could not be found out; the next WRITE will", handle.path(),
                        e);
            }
        }
    }

    private void run(Step step) throws IOException {
        failure.check();
        if (closed) {
            throw Failures.closedStream();
        }
        try {
            step.run();
        } catch (IOException e) {
            failure.set(e);
            throw e;
        }
    }

    private void end() {
        closed = true;
        if (filling != null) {
            pool.give(filling.buffer());
            filling = null;
        }
        pipeline.abandon();
        fids.closeAll();
        onClose.accept(this);
    }

    private interface Step {
        void run() throws IOException;
    }
}
