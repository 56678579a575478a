package io.batonfs.transport.wire;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.batonfs.transport.verbs.AccessRight;
import io.batonfs.transport.verbs.CompletionQueue;
import io.batonfs.transport.verbs.Errand;
import io.batonfs.transport.verbs.Listening;
import io.batonfs.transport.verbs.MemoryRegion;
import io.batonfs.transport.verbs.Nic;
import io.batonfs.transport.verbs.ProtectionDomain;
import io.batonfs.transport.verbs.QueuePair;
import io.batonfs.transport.verbs.QueuePairOptions;
import io.batonfs.transport.verbs.VerbsException;
import io.batonfs.transport.verbs.WorkCompletion;
import io.batonfs.transport.verbs.WorkOpcode;
import io.batonfs.transport.verbs.WorkRequest;
import io.batonfs.transport.verbs.WorkStatus;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** When a peer is told that its messages were delivered, by a clock that stands still until the test moves it. */
@Timeout(60)
class TcpAcknowledgementsTest {
    private static final int MESSAGE_BYTES = 8;
    private static final int QUEUE = 64;
    private static final long MS = TimeUnit.MILLISECONDS.toNanos(1);

    private final AtomicLong nanos = new AtomicLong();
    private final CompletableFuture<Server> accepted = new CompletableFuture<>();
    private final Semaphore received = new Semaphore(0);
    private volatile boolean answers = true;
    private volatile boolean lends = true;
    private TcpWire wire;
    private Nic nic;
    private Listening listening;

    @BeforeEach
    void listen() throws IOException {
        wire = new TcpWire(TcpWireConfig.DEFAULT, nanos::get);
        nic = new Nic(wire);
        listening = nic.listen("localhost:0", request -> {
            try {
                Server server = new Server();
                request.accept(server.pair);
                accepted.complete(server);
            } catch (IOException e) {
                request.reject(e.toString());
            }
        });
    }

    @AfterEach
    void close() throws IOException {
        nic.close();
        wire.close();
        assertEquals(0, wire.counters().openChannels());
        assertEquals(0, wire.counters().violations());
    }

    /** Answers as LWIO's server does: by a thread that is lent, when what came has been taken in. */
    private final class Server implements Errand {
        private final CompletionQueue completions = nic.createCompletionQueue();
        private final WorkCompletion[] batch = WorkCompletion.batch(8);
        private final WorkRequest work = new WorkRequest();
        private final MemoryRegion memory;
        private final QueuePair pair;

        Server() throws VerbsException {
            ProtectionDomain domain = nic.allocateDomain();
            memory = domain.allocate(QUEUE * MESSAGE_BYTES, Set.of(AccessRight.LOCAL_WRITE));
            pair = nic.createQueuePair(new QueuePairOptions(domain, completions, completions, QUEUE, QUEUE, this));
            for (int i = 0; i < QUEUE; i++) {
                pair.postReceive(i, memory, i * MESSAGE_BYTES, MESSAGE_BYTES);
            }
            completions.arm(this::rung);
        }

        private void rung(boolean byWire) {
            if (!byWire || !lends || !nic.lend(this)) {
                run(Runner.WIRE);
            }
        }

        @Override
        public void run(Runner runner) {
            do {
                for (int n = completions.poll(batch); n > 0; n = completions.poll(batch)) {
                    for (int i = 0; i < n; i++) {
                        take(batch[i]);
                    }
                }
            } while (!completions.arm(this::rung));
        }

        @Override
        public void elsewhere() {
            throw new AssertionError("nothing is left to anybody");
        }

        private void take(WorkCompletion completion) {
            if (completion.opcode() != WorkOpcode.RECEIVE || completion.status() != WorkStatus.SUCCESS) {
                return;
            }
            try {
                if (answers) {
                    say();
                }
            } catch (VerbsException e) {
                throw new AssertionError(e);
            }
            received.release();
        }

        private void say() throws VerbsException {
            pair.postSend(work.send(0).inline(ByteBuffer.allocate(MESSAGE_BYTES), 0, MESSAGE_BYTES));
        }
    }

    private static void expectMessage(RawTcp raw, int acknowledged) throws IOException {
        TcpFrame frame = raw.frame();
        assertEquals(TcpFrame.Kind.SEND, frame.kind());
        assertEquals(acknowledged, frame.acknowledged());
        raw.bytes(MESSAGE_BYTES);
    }

    @Test
    void anAnswerAcknowledgesWhatItAnswersAndNothingElseIsSent() throws Exception {
        try (RawTcp raw = RawTcp.greeted(listening.address())) {
            for (int i = 1; i < QUEUE; i++) {
                raw.send(RawTcp.sendFrame(MESSAGE_BYTES));
                expectMessage(raw, i);
                nanos.addAndGet(2 * MS);
            }
        }
    }

    @Test
    void whatCameAfterThePeerWasToldMayWaitAsLong() throws Exception {
        answers = false;
        try (RawTcp raw = RawTcp.greeted(listening.address())) {
            for (int i = 1; i < QUEUE; i++) {
                raw.send(RawTcp.sendFrame(MESSAGE_BYTES));
                received.acquire();
                if (i % 4 == 0) {
                    // Long enough for a loop that would tell of it on its own account.
                    LockSupport.parkNanos(2 * MS);
                }
                accepted.get().say();
                expectMessage(raw, i);
                nanos.addAndGet(2 * MS);
            }
        }
    }

    /** The answer has acknowledged it already: the wish is not the next message's. */
    @Test
    void aWishThatAnAnswerHasMetIsNotTakenForTheNextMessages() throws Exception {
        lends = false;
        try (RawTcp raw = RawTcp.greeted(listening.address())) {
            raw.send(RawTcp.sendFrame(MESSAGE_BYTES, true));
            expectMessage(raw, 1);
            received.acquire();
            answers = false;
            raw.send(RawTcp.sendFrame(MESSAGE_BYTES));
            received.acquire();
            // Long enough for a loop that would tell of it by itself.
            LockSupport.parkNanos(20 * MS);
            accepted.get().say();
            expectMessage(raw, 2);
        }
    }

    @Test
    void aWishIsMetOnceItsMessageIsWholeByAClockThatStandsStill() throws Exception {
        answers = false;
        try (RawTcp raw = RawTcp.greeted(listening.address())) {
            byte[] message = RawTcp.sendFrame(MESSAGE_BYTES, true);
            raw.send(Arrays.copyOf(message, message.length - 1));
            // For the loop to see the message without its end, and to look at what it owes.
            LockSupport.parkNanos(20 * MS);
            raw.send(new byte[1]);
            TcpFrame frame = raw.frame();
            assertEquals(TcpFrame.Kind.ACKNOWLEDGE, frame.kind());
            assertEquals(1, frame.acknowledged());
        }
    }

    @Test
    void whatIsNotAnsweredIsAcknowledgedByItself() throws Exception {
        answers = false;
        try (RawTcp raw = RawTcp.greeted(listening.address())) {
            for (int i = 1; i < 4; i++) {
                raw.send(RawTcp.sendFrame(MESSAGE_BYTES));
                received.acquire();
                Thread clock = new Thread(() -> {
                    while (!Thread.interrupted()) {
                        nanos.addAndGet(MS);
                        LockSupport.parkNanos(MS);
                    }
                });
                clock.setDaemon(true);
                clock.start();
                TcpFrame frame;
                try {
                    frame = raw.frame();
                } finally {
                    clock.interrupt();
                    clock.join();
                }
                assertEquals(TcpFrame.Kind.ACKNOWLEDGE, frame.kind());
                assertEquals(i, frame.acknowledged());
            }
        }
    }
}
