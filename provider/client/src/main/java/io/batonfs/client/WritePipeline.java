package io.batonfs.client;

import io.batonfs.client.FidTable.Fid;
import io.batonfs.model.BatonException;
import io.batonfs.model.ErrorCode;
import io.batonfs.model.ServerId;
import io.batonfs.transport.lwio.LwioConnection;
import java.io.IOException;
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

/**
 * The chunks of one output that are on their way. Sends them in order over one connection to each server, several at a
 * time; when one fails it waits until none is outstanding, does what the first failure calls for and sends all that
 * failed again, in order: an owner accepts an exact repetition. It goes on to another server only when all before is
 * acknowledged, so that what was acknowledged never has a hole.
 *
 * <p>The writer's thread sends and waits. Answers come on any thread; they touch nothing but the chunks' states, the
 * counters and the pool, under {@code lock}, which is never held while something is sent or called.
 */
final class WritePipeline {
    private final WriteHandle handle;
    private final FidTable fids;
    private final BufferPool pool;
    private final Connections connections;
    private final ClientConfig config;
    private final FailureSlot failure;
    private final WriteRepair repair;

    private final Object lock = new Object();
    private final Deque<WriteChunk> unacknowledged = new ArrayDeque<>();
    private final Map<WriteChunk, Fid> sentOn = new HashMap<>();
    private long answers;
    private boolean abandoned;

    /** Writer's thread only: where the last chunk went, and the last byte that each server has to force. */
    private ServerId lastServer;
    private final Map<ServerId, Long> unforced = new HashMap<>();

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
        failure.onFailure(() -> {
            synchronized (lock) {
                lock.notifyAll();
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
            int onTheWay = onTheWay();
            if (onTheWay == 0) {
                return pool.take();
            }
            await(onTheWay - 1);
        }
    }

    private int onTheWay() {
        synchronized (lock) {
            return unacknowledged.size();
        }
    }

    /** Sends a sealed chunk as soon as the window has room; its memory is the pipeline's from now on. */
    void submit(WriteChunk chunk) throws IOException {
        synchronized (lock) {
            unacknowledged.addLast(chunk);
        }
        await(config.writeWindowBuffers() - 1);
        ServerId server = handle.serverOf(chunk.address());
        if (!server.equals(lastServer)) {
            await(0);
        }
        send(chunk);
    }

    /** Waits until all is acknowledged. */
    void drain() throws IOException {
        await(0);
    }

    /** Has every server that got bytes since the last call make them survive a power cut; all is acknowledged. */
    void force() throws IOException {
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

    private void forceOn(Fid fid, long address) throws IOException {
        CompletableFuture<Integer> answer =
                fid.connection().write(fid.number(), address, ByteBuffer.allocateDirect(0), new int[0]);
        try {
            answer.get(config.requestTimeoutMs(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            throw Interrupts.restored("interrupted while " + handle.path() + " was being forced");
        } catch (TimeoutException e) {
            connections.shut(fid.connection(), fid.server());
            throw new BatonException(ErrorCode.UNREACHABLE, fid.server() + " did not answer for "
                    + config.requestTimeoutMs() + " ms while " + handle.path() + " was being forced", e);
        } catch (ExecutionException e) {
            throw Failures.of(e, fid.connection(), "forcing " + handle.path() + " at " + fid.server());
        }
    }

    /** Waits until at most so many chunks are on their way and none has failed; sends again what has. */
    private void await(int most) throws IOException {
        WriteRepair.Tries tries = null;
        long acknowledgedBefore = -1;
        while (true) {
            WriteChunk firstFailed = settle(most);
            if (firstFailed == null) {
                return;
            }
            long address = firstFailed.failureAddress();
            if (tries == null || acknowledgedBefore != firstFailed.address()) {
                tries = repair.begin(); // it got further since: a fresh budget
                acknowledgedBefore = firstFailed.address();
            }
            tries.mend(firstFailed.failure(), address, sentOn(firstFailed));
            resend();
        }
    }

    private Fid sentOn(WriteChunk chunk) {
        synchronized (lock) {
            return sentOn.get(chunk);
        }
    }

    /** The first failed chunk once none is outstanding; null if none failed and few enough are on their way. */
    private WriteChunk settle(int most) throws IOException {
        synchronized (lock) {
            long sinceNanos = System.nanoTime();
            long answersSeen = answers;
            while (true) {
                failure.check();
                int sent = 0;
                WriteChunk failed = null;
                for (WriteChunk chunk : unacknowledged) {
                    if (chunk.state() == WriteChunk.State.SENT) {
                        sent++;
                    } else if (failed == null && chunk.state() == WriteChunk.State.FAILED) {
                        failed = chunk;
                    }
                }
                if (failed == null && sent <= most) {
                    return null;
                }
                if (failed != null && sent == 0) {
                    return failed;
                }
                try {
                    lock.wait(config.requestTimeoutMs());
                } catch (InterruptedException e) {
                    throw Interrupts.restored("interrupted while writing " + handle.path());
                }
                if (answers != answersSeen) {
                    answersSeen = answers;
                    sinceNanos = System.nanoTime();
                } else if (System.nanoTime() - sinceNanos >= TimeUnit.MILLISECONDS.toNanos(config.requestTimeoutMs())) {
                    // Nobody answers: end the connections, which fails what is outstanding.
                    for (Fid fid : List.copyOf(sentOn.values())) {
                        connections.shut(fid.connection(), fid.server());
                    }
                    sinceNanos = System.nanoTime();
                }
            }
        }
    }

    private void resend() throws IOException {
        List<WriteChunk> failed;
        synchronized (lock) {
            failed = unacknowledged.stream().filter(chunk -> chunk.state() == WriteChunk.State.FAILED).toList();
        }
        ServerId server = null;
        for (WriteChunk chunk : failed) {
            ServerId next = handle.serverOf(chunk.address());
            if (server != null && !next.equals(server)) {
                return; // the rest follows when these are acknowledged
            }
            server = next;
            if (!send(chunk)) {
                return;
            }
        }
    }

    /** Sends a chunk's WRITEs; false if that could not be done, which the chunk has noted. */
    private boolean send(WriteChunk chunk) {
        Fid fid;
        try {
            failure.check();
            ServerId server = handle.serverOf(chunk.address());
            fid = fids.get(server, handle.key(), false);
        } catch (IOException e) {
            BatonException why = Failures.coded(e, "writing " + handle.path());
            synchronized (lock) {
                sentOn.remove(chunk);
                chunk.sending(Integer.MAX_VALUE);
                answer(chunk, chunk.address(), why);
            }
            return false;
        }
        lastServer = fid.server();
        unforced.put(fid.server(), chunk.address() + chunk.lengthBytes() - 1);
        LwioConnection connection = fid.connection();
        synchronized (lock) {
            sentOn.put(chunk, fid);
            chunk.sending(connection.maxWriteBytes());
        }
        int length = chunk.lengthBytes();
        for (int at = 0; at < length; ) {
            // Cut and summed before sending: once the last answer is in, the chunk and its memory are somebody else's.
            int bytes = chunk.writeLength(at);
            long address = chunk.address() + at;
            ByteBuffer source = chunk.buffer().slice(at, bytes);
            int[] crcs = chunk.crcsOf(at, bytes);
            at += bytes;
            connection.write(fid.number(), address, source, crcs).whenComplete((written, thrown) -> {
                BatonException why = thrown == null ? shortWrite(written, bytes, fid)
                        : Failures.of(thrown, connection, "writing " + handle.path() + " at " + fid.server());
                synchronized (lock) {
                    answer(chunk, address, why);
                }
            });
        }
        return true;
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
        lock.notifyAll();
    }

    private void forget(WriteChunk chunk) {
        unacknowledged.remove(chunk);
        sentOn.remove(chunk);
        pool.give(chunk.buffer());
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
