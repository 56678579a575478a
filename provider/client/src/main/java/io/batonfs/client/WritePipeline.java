package io.batonfs.client;

import io.batonfs.client.FidTable.Fid;
import io.batonfs.model.BatonException;
import io.batonfs.model.ErrorCode;
import io.batonfs.model.ServerId;
import io.batonfs.transport.lwio.LwioConnection;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.BooleanSupplier;

/**
 * The chunks of one output that are on their way. Sends them in order over one connection to each server, several at a
 * time; when one fails it waits until none is outstanding, does what the first failure calls for and sends all that
 * failed again, in order: an owner accepts an exact repetition. It goes on to another server only when all before is
 * acknowledged, so that what was acknowledged never has a hole.
 *
 * <p>The writer's thread sends, and waits by taking answers in, where the wire lets it. Answers come on any thread; they
 * touch nothing but the chunks' states, the pool, under {@code lock}, which is never held while something is sent or
 * somebody else is waited for.
 */
final class WritePipeline {
    private final WriteHandle handle;
    private final FidTable fids;
    private final BufferPool pool;
    private final Connections connections;
    private final ClientConfig config;
    private final FailureSlot failure;
    private final WriteRepair repair;
    private final long requestTimeoutNanos;

    private final Object lock = new Object();
    private final Deque<WriteChunk> unacknowledged = new ArrayDeque<>();
    private final Map<WriteChunk, Fid> sentOn = new HashMap<>();
    private long answers;
    /** Done, and another one in its place, at every answer and at a failure of the output. */
    private CompletableFuture<Integer> change = new CompletableFuture<>();
    private boolean abandoned;

    /** Writer's thread only: where the last chunk went, and the last byte that each server has to force. */
    private ServerId lastServer;
    private final Map<ServerId, Long> unforced = new HashMap<>();
    /** Writer's thread only: the server that forces the chunk sent last, and all before it, with its acknowledgement. */
    private ServerId forcing;

    WritePipeline(
            WriteHandle handle, FidTable fids, BufferPool pool, Connections connections, ClientConfig config,
            FailureSlot failure, WriteRepair repair) {
        this.handle = handle;
        this.fids = fids;
        this.pool = pool;
        this.connections = connections;
        this.config = config;
        this.failure = failure;
        this.repair = repair;
        this.requestTimeoutNanos = TimeUnit.MILLISECONDS.toNanos(config.requestTimeoutMs());
        failure.onFailure(() -> {
            synchronized (lock) {
                changed();
            }
        });
    }

    /** Memory for the next chunk: while the pool is empty, room is made by waiting for a chunk of one's own. */
    ByteBuffer buffer() throws IOException {
        while (true) {
            ByteBuffer buffer = pool.tryTake();
            if (buffer != null) {
                return buffer;
            }
            int before;
            synchronized (lock) {
                before = unacknowledged.size();
            }
            if (before == 0) {
                return pool.take();
            }
            advance(() -> unacknowledged.size() < before);
        }
    }

    /** Sends a sealed chunk as soon as its turn comes; its memory is the pipeline's from now on. */
    void submit(WriteChunk chunk) throws IOException {
        synchronized (lock) {
            unacknowledged.addLast(chunk);
        }
        advance(() -> chunk.state() != WriteChunk.State.WAITING);
    }

    /** Waits until all is acknowledged. */
    void drain() throws IOException {
        advance(unacknowledged::isEmpty);
    }

    /**
     * Returns when nothing reads the user's memory any more, for a call that ends by a failure; what was not sent is
     * dropped, so the output must take no further call. Not to be interrupted: memory that its owner then frees would
     * still be sent from. Servers that don't answer in time lose their connection, after which no buffer of it is
     * touched.
     */
    void leaveUsersMemory() {
        boolean interrupted = false;
        boolean shut = false;
        long sinceNanos = System.nanoTime();
        while (true) {
            List<Fid> asked;
            CompletableFuture<Integer> nextChange;
            synchronized (lock) {
                for (WriteChunk chunk : List.copyOf(unacknowledged)) {
                    if (chunk.isInUsersMemory() && chunk.state() != WriteChunk.State.SENT) {
                        forget(chunk);
                    }
                }
                asked = unacknowledged.stream().filter(WriteChunk::isInUsersMemory).map(sentOn::get).toList();
                nextChange = change;
            }
            if (asked.isEmpty()) {
                break;
            }
            if (!shut && System.nanoTime() - sinceNanos >= requestTimeoutNanos) {
                asked.forEach(fid -> connections.shut(fid.connection(), fid.server()));
                shut = true;
            }
            try {
                asked.get(0).connection().await(nextChange, config.requestTimeoutMs());
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    /** Has every server that got bytes since the last call make them survive a power cut; all is acknowledged. */
    void force() throws IOException {
        unforced.remove(forcing);
        forcing = null;
        WriteRepair.Tries tries = repair.begin();
        while (!unforced.isEmpty()) {
            Map.Entry<ServerId, Long> entry = unforced.entrySet().iterator().next();
            long address = entry.getValue();
            Fid fid = null;
            try {
                fid = fids.get(handle.serverOf(address), handle.key(), true);
                forceOn(fid, address);
                unforced.remove(entry.getKey());
            } catch (IOException e) {
                failure.check();
                tries.mend(e, address, fid);
            }
        }
    }

    /** The handle has gone on to another extent: forcing the one before is the catalog's to arrange. */
    void leftExtent() {
        unforced.clear();
        forcing = null;
    }

    private void forceOn(Fid fid, long address) throws IOException {
        CompletableFuture<Integer> answer =
                fid.connection().write(fid.number(), address, ByteBuffer.allocateDirect(0), new int[0]);
        try {
            if (!fid.connection().await(answer, config.requestTimeoutMs())) {
                connections.shut(fid.connection(), fid.server());
                throw new BatonException(ErrorCode.UNREACHABLE, fid.server() + " did not answer for "
                        + config.requestTimeoutMs() + " ms while " + handle.path() + " was being forced");
            }
            answer.get();
        } catch (InterruptedException e) {
            throw Interrupts.restored("interrupted while " + handle.path() + " was being forced");
        } catch (ExecutionException e) {
            throw Failures.of(e, fid.connection(), "forcing " + handle.path() + " at " + fid.server());
        }
    }

    /**
     * Sends what waits and mends what failed until a condition holds.
     *
     * @param reached looked at under the lock
     */
    private void advance(BooleanSupplier reached) throws IOException {
        WriteRepair.Tries tries = null;
        long triedAddress = -1;
        while (true) {
            WriteChunk chunk = nextToDo(reached);
            if (chunk == null) {
                return;
            }
            if (chunk.state() == WriteChunk.State.WAITING) {
                send(chunk);
                continue;
            }
            if (tries == null || triedAddress != chunk.address()) {
                tries = repair.begin(); // it got further since: a fresh budget
                triedAddress = chunk.address();
            }
            tries.mend(chunk.failure(), chunk.failureAddress(), sentOn(chunk));
            synchronized (lock) {
                // Those behind it failed because it did, whatever their answers say.
                unacknowledged.stream().filter(one -> one.state() == WriteChunk.State.FAILED)
                        .forEach(WriteChunk::mended);
            }
        }
    }

    private Fid sentOn(WriteChunk chunk) {
        synchronized (lock) {
            return sentOn.get(chunk);
        }
    }

    /** Waits for the next thing to do: a chunk to send, a failed one to mend, or null if the condition holds. */
    private WriteChunk nextToDo(BooleanSupplier reached) throws IOException {
        for (int silences = 0; ; silences++) {
            long sinceNanos = System.nanoTime();
            long answersSeen = -1;
            List<Fid> asked;
            while (true) {
                CompletableFuture<Integer> nextChange;
                synchronized (lock) {
                    failure.check();
                    if (reached.getAsBoolean()) {
                        return null;
                    }
                    WriteChunk next = ready();
                    if (next != null) {
                        return next;
                    }
                    asked = List.copyOf(sentOn.values());
                    if (answers != answersSeen) {
                        answersSeen = answers;
                        sinceNanos = System.nanoTime();
                    } else if (System.nanoTime() - sinceNanos >= requestTimeoutNanos) {
                        break;
                    }
                    nextChange = change;
                }
                awaitChange(nextChange, asked);
            }
            if (silences > 0) {
                throw new BatonException(ErrorCode.INTERNAL, "writing " + handle.path()
                        + " never ended though its connection was closed");
            }
            // Nobody answers: end the connections, which fails what is outstanding.
            asked.forEach(fid -> connections.shut(fid.connection(), fid.server()));
        }
    }

    /** Not under the lock: the writer takes in answers of other streams meanwhile, where the wire lets him. */
    private void awaitChange(CompletableFuture<Integer> next, List<Fid> asked) throws IOException {
        try {
            if (!asked.isEmpty()) {
                asked.get(0).connection().await(next, config.requestTimeoutMs());
            } else {
                next.get(config.requestTimeoutMs(), TimeUnit.MILLISECONDS);
            }
        } catch (InterruptedException e) {
            throw Interrupts.restored("interrupted while writing " + handle.path());
        } catch (ExecutionException e) {
            throw new IllegalStateException("nobody fails this future", e);
        } catch (TimeoutException e) {
            // The caller looks at the clock.
        }
    }

    /** Under the lock: a failed chunk when none is outstanding, or one to send if window and order allow, or null. */
    private WriteChunk ready() throws BatonException {
        int sent = 0;
        WriteChunk failed = null;
        WriteChunk waiting = null;
        for (WriteChunk chunk : unacknowledged) {
            switch (chunk.state()) {
                case SENT -> sent++;
                case FAILED -> failed = failed == null ? chunk : failed;
                case WAITING -> waiting = waiting == null ? chunk : waiting;
                default -> throw new IllegalStateException("a chunk on its way is " + chunk.state());
            }
        }
        if (failed != null) {
            return sent == 0 ? failed : null;
        }
        boolean mayGo = waiting != null && sent < config.writeWindowBuffers()
                && (sent == 0 || handle.serverOf(waiting.address()).equals(lastServer));
        return mayGo ? waiting : null;
    }

    /** Sends a chunk's WRITEs; if that can't be done, the chunk has failed. */
    private void send(WriteChunk chunk) {
        Fid fid;
        try {
            failure.check();
            ServerId server = handle.serverOf(chunk.address());
            fid = fidFor(chunk, server);
        } catch (IOException e) {
            BatonException why = Failures.coded(e, "writing " + handle.path());
            synchronized (lock) {
                sentOn.remove(chunk);
                chunk.unsendable();
                answer(chunk, chunk.address(), why);
            }
            return;
        }
        lastServer = fid.server();
        forcing = chunk.isDurable(fid.connection().maxWriteBytes()) ? fid.server() : null;
        unforced.put(fid.server(), chunk.address() + chunk.lengthBytes() - 1);
        LwioConnection connection = fid.connection();
        synchronized (lock) {
            sentOn.put(chunk, fid);
            chunk.sending(connection.maxWriteBytes());
        }
        int length = chunk.lengthBytes();
        for (int at = 0; at < length; ) {
            // While one WRITE is missing its answer, the chunk and its memory stay the pipeline's.
            int bytes = chunk.writeLength(at);
            long address = chunk.address() + at;
            CompletableFuture<Integer> answer = write(fid, chunk, at, bytes);
            at += bytes;
            answer.whenComplete((written, thrown) -> {
                BatonException why = thrown == null ? shortWrite(written, bytes, fid)
                        : Failures.of(thrown, connection, "writing " + handle.path() + " at " + fid.server());
                synchronized (lock) {
                    answer(chunk, address, why);
                }
            });
        }
    }

    private Fid fidFor(WriteChunk chunk, ServerId server) throws IOException {
        Fid plain = fids.get(server, handle.key(), false);
        return chunk.isDurable(plain.connection().maxWriteBytes()) ? fids.get(server, handle.key(), true) : plain;
    }

    /** Whatever goes wrong is an answer: a WRITE without one would keep its chunk for ever. */
    private static CompletableFuture<Integer> write(Fid fid, WriteChunk chunk, int at, int bytes) {
        try {
            return fid.connection().write(
                    fid.number(), chunk.address() + at, chunk.buffer().slice(at, bytes), chunk.crcsOf(at, bytes));
        } catch (UncheckedIOException e) {
            return CompletableFuture.failedFuture(e.getCause());
        } catch (RuntimeException e) {
            return CompletableFuture.failedFuture(e);
        }
    }

    private BatonException shortWrite(int written, int bytes, Fid fid) {
        return written == bytes ? null : new BatonException(ErrorCode.INTERNAL, fid.server() + " acknowledged "
                + written + " of " + bytes + " bytes of " + handle.path());
    }

    /** Under the lock: notes an answer. */
    private void answer(WriteChunk chunk, long address, BatonException why) {
        answers++;
        if (chunk.answered(address, why)
                && (chunk.state() == WriteChunk.State.ACKNOWLEDGED || abandoned)) {
            forget(chunk);
        }
        changed();
    }

    /** Under the lock: wakes the writer, who looks again. */
    private void changed() {
        CompletableFuture<Integer> told = change;
        change = new CompletableFuture<>();
        told.complete(0);
    }

    private void forget(WriteChunk chunk) {
        unacknowledged.remove(chunk);
        sentOn.remove(chunk);
        if (!chunk.isInUsersMemory()) {
            pool.give(chunk.buffer());
        }
    }

    /** Gives all memory back: what is outstanding still, when its answer comes. Nothing is sent after this. */
    void abandon() {
        synchronized (lock) {
            abandoned = true;
            for (WriteChunk chunk : List.copyOf(unacknowledged)) {
                if (chunk.state() != WriteChunk.State.SENT) {
                    forget(chunk);
                }
            }
        }
    }
}
