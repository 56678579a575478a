package io.batonfs.client;

import io.batonfs.model.BatonException;
import io.batonfs.model.Crc32cMath;
import io.batonfs.model.ErrorCode;
import io.batonfs.model.FileInfo;
import io.batonfs.protocol.WrittenExtent;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Appends to a file, extent by extent. Its lock is held by the one thread that writes; what closes the client may close
 * it too. Only the failure may be set past the lock: by a lost lease, and by {@link #abort}.
 */
final class ExtentOutput implements BatonOutput {
    private static final Logger LOG = LoggerFactory.getLogger(ExtentOutput.class);

    /** Waiting for an acknowledgement costs some tens of microseconds, a copy of so much less than ten. */
    private static final int LEAST_SENT_IN_PLACE = 64 << 10;

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
    /** Written under the lock of this object; read without it, also while that waits for acknowledgements. */
    private volatile long position;
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
        copyAndSend(ByteBuffer.wrap(bytes, offset, length));
    }

    @Override
    public synchronized void write(ByteBuffer bytes) throws IOException {
        if (bytes.isDirect() && bytes.remaining() >= LEAST_SENT_IN_PLACE) {
            sendInPlace(bytes);
        } else {
            copyAndSend(bytes);
        }
    }

    private void copyAndSend(ByteBuffer bytes) throws IOException {
        run(() -> {
            while (bytes.hasRemaining()) {
                if (filling == null) {
                    enterExtent();
                    filling = new WriteChunk(handle.geometry(), handle.addressOf(extentBytes), pipeline.buffer(),
                            handle.capacityBytes() - extentBytes);
                }
                int taken = filling.fill(bytes);
                traffic.copied(taken);
                took(taken);
                if (filling.isFull()) {
                    submit(false);
                }
            }
        });
    }

    /** The user's memory is his again when this ends, in whatever way. */
    private void sendInPlace(ByteBuffer bytes) throws IOException {
        run(() -> {
            boolean sent = false;
            try {
                submit(false);
                while (bytes.hasRemaining()) {
                    enterExtent();
                    filling = WriteChunk.of(handle.geometry(), handle.addressOf(extentBytes), bytes,
                            config.bufferBytes(), handle.capacityBytes() - extentBytes);
                    took(filling.lengthBytes());
                    submit(false);
                }
                pipeline.drain();
                sent = true;
            } catch (RuntimeException | Error e) {
                failure.set(new BatonException(
                        ErrorCode.INTERNAL, "writing " + handle.path() + " broke off in the middle", e));
                throw e;
            } catch (BatonException e) {
                throw e.code() != ErrorCode.DATA_LOST ? e : new BatonException(ErrorCode.DATA_LOST, "bytes of "
                        + handle.path() + " that were sent from the caller's buffer were others on arrival, each time;"
                        + " nobody may change the buffer before the write returns", e);
            } finally {
                if (!sent) {
                    pipeline.leaveUsersMemory();
                }
            }
        });
    }

    private void took(int bytes) {
        extentBytes += bytes;
        position += bytes;
        traffic.written(bytes);
        traffic.checksummed(bytes);
    }

    private void enterExtent() throws IOException {
        if (extentBytes == handle.capacityBytes()) {
            nextExtent();
        }
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
    public long position() {
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
            // Only a chunk in pooled memory is kept from one call to the next.
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
