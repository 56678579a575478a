package io.batonfs.transport.lwio;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.batonfs.transport.verbs.VerbsException;
import io.batonfs.transport.verbs.WorkRequest;
import io.batonfs.transport.wire.TestFabric;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What a server can do wrong to a client: the client's requests fail, its memory stays its own, nothing is left. */
@Timeout(60)
class HostileServerTest {
    private static final LwioClientConfig CONFIG = new LwioClientConfig(4, 65536, 65536, 1024, 16, 30_000);

    private RawServer server;

    /** What to run over. */
    TestFabric fabric() throws IOException {
        return TestFabric.inProcess();
    }

    @BeforeEach
    void start() throws Exception {
        server = new RawServer(fabric());
    }

    @AfterEach
    void nothingIsLeft() throws Exception {
        server.close();
        assertEquals(0, server.clientNic.registeredRegions());
        assertEquals(0, server.clientNic.openQueuePairs());
    }

    private static LwioStatus failure(CompletableFuture<?> future) throws Exception {
        ExecutionException failed = assertThrows(ExecutionException.class, future::get);
        return assertInstanceOf(LwioException.class, failed.getCause(), String.valueOf(failed.getCause())).status();
    }

    @Test
    void everyFlippedBitOfTheServersParamsIsRefused() throws Exception {
        for (int bit = 0; bit < AuthParams.SERVER_BYTES * 8; bit += 1) {
            try (RawServer impostor = new RawServer(fabric())) {
                CompletableFuture<LwioConnection> connecting = impostor.connect(CONFIG);
                CommonHeader auth = impostor.request();
                byte[] params = impostor.params();
                params[bit / 8] ^= (byte) (1 << bit % 8);
                impostor.write(auth.dataVa(), auth.dataMh(), params);
                impostor.answer(auth.cookie(), AuthParams.SERVER_INFORMATION, 0);
                assertThrows(ExecutionException.class, connecting::get, "bit " + bit);
                assertEquals(0, impostor.clientNic.openQueuePairs());
            }
        }
    }

    @Test
    void aServerThatKnowsTheSecretButNotTheClientsKeyIsAnImpostor() throws Exception {
        CompletableFuture<LwioConnection> connecting = server.connect(CONFIG);
        CommonHeader auth = server.request();
        byte[] params = new AuthParams(4096, 1, 65536, 16, 65536, 4, new byte[16], java.util.OptionalLong.of(9))
                .encode(server.secret);
        server.write(auth.dataVa(), auth.dataMh(), params);
        server.answer(auth.cookie(), AuthParams.SERVER_INFORMATION, 0);
        assertEquals(LwioStatus.ACCESS_DENIED, failure(connecting));
    }

    @Test
    void anAnswerWithoutParamsProvesNothing() throws Exception {
        CompletableFuture<LwioConnection> connecting = server.connect(CONFIG);
        server.answer(server.request().cookie(), AuthParams.SERVER_INFORMATION, 0);
        assertEquals(LwioStatus.INVALID_PARAMETER, failure(connecting));
    }

    @Test
    void aRefusalIsToldAsSuch() throws Exception {
        CompletableFuture<LwioConnection> connecting = server.connect(CONFIG);
        server.answer(server.request().cookie(), 0, 0xC0000022);
        assertEquals(LwioStatus.ACCESS_DENIED, failure(connecting));
    }

    @Test
    void aSilentServerIsGivenUp() throws Exception {
        CompletableFuture<LwioConnection> connecting =
                server.connect(new LwioClientConfig(4, 65536, 65536, 1024, 16, 50));
        assertEquals(LwioStatus.IO_TIMEOUT, failure(connecting));
    }

    @Test
    void aServerThatVanishesDuringAuthIsADisconnect() throws Exception {
        CompletableFuture<LwioConnection> connecting = server.connect(CONFIG);
        server.request();
        server.peer.pair.disconnect();
        assertEquals(LwioStatus.CONNECTION_DISCONNECTED, failure(connecting));
    }

    private interface Misdeed {
        void on(CommonHeader read) throws Exception;
    }

    private void assertReadFails(LwioStatus expected, Misdeed misdeed) throws Exception {
        LwioConnection connection = server.accepted(CONFIG);
        ByteBuffer destination = ByteBuffer.allocateDirect(4096);
        CompletableFuture<Integer> read = connection.read(3, 0, destination, null);
        CompletableFuture<Integer> other = connection.read(3, 4096, ByteBuffer.allocate(100), null);
        misdeed.on(server.request());
        assertEquals(expected, failure(read));
        assertEquals(expected, failure(other));
        assertFalse(connection.isOpen());
        connection.close();
    }

    @Test
    void aCookieThatWasNeverGivenEndsTheConnection() throws Exception {
        assertReadFails(LwioStatus.INVALID_PARAMETER, read -> server.answer(0xFFFF, 4096, 0));
    }

    @Test
    void aCookieOfAnEarlierTurnEndsTheConnection() throws Exception {
        assertReadFails(LwioStatus.INVALID_PARAMETER, read -> server.answer(read.cookie() - 0x10000, 4096, 0));
    }

    @Test
    void aWrongCountEndsTheConnection() throws Exception {
        assertReadFails(LwioStatus.INVALID_PARAMETER, read -> server.answer(read.cookie(), 4095, 0));
    }

    @Test
    void anUnknownStatusEndsTheConnection() throws Exception {
        assertReadFails(LwioStatus.INVALID_PARAMETER, read -> server.answer(read.cookie(), 4096, 0x1234));
    }

    @Test
    void aShortAnswerEndsTheConnection() throws Exception {
        assertReadFails(LwioStatus.INVALID_PARAMETER, read -> server.peer.send(new byte[15]));
    }

    @Test
    void anAnswerTooLongEndsTheConnection() throws Exception {
        assertReadFails(LwioStatus.CONNECTION_DISCONNECTED, read -> server.peer.send(new byte[17]));
    }

    @Test
    void changesOfCreditsThatCannotBeEndTheConnection() throws Exception {
        // The client has 4 credits.
        for (int delta : new int[] {0, -4, -5, Integer.MIN_VALUE, 65536, Integer.MAX_VALUE}) {
            assertReadFails(LwioStatus.INVALID_PARAMETER, read -> server.answer(0, delta, 1));
            server.close();
            server = new RawServer(fabric());
        }
        assertReadFails(LwioStatus.INVALID_PARAMETER, read -> server.answer(read.cookie(), 0, 1));
    }

    @Test
    void aSecondChangeBeforeTheFirstIsOverEndsTheConnection() throws Exception {
        assertReadFails(LwioStatus.INVALID_PARAMETER, read -> {
            server.answer(0, -1, 1);
            server.answer(0, 1, 1);
        });
    }

    @Test
    void aCreditAnsweredWithTheWrongStatusEndsTheConnection() throws Exception {
        for (int delta : new int[] {-1, 2}) {
            LwioConnection connection = server.accepted(CONFIG);
            server.answer(0, delta, 1);
            CommonHeader credit = server.request();
            assertEquals(Opcode.CREDIT, credit.check());
            assertEquals(delta < 0 ? -1 : 2, credit.creditCount(), "there are slots for no more than 4");
            CompletableFuture<Integer> read = connection.read(3, 0, ByteBuffer.allocate(10), null);
            server.answer(credit.cookie(), 0, delta < 0 ? 0 : 1);
            assertEquals(LwioStatus.INVALID_PARAMETER, failure(read));
            connection.close();
            server.close();
            server = new RawServer(fabric());
        }
    }

    @Test
    void creditsAreGivenBackOneByOneAndTakenAgain() throws Exception {
        LwioConnection connection = server.accepted(CONFIG);
        server.answer(0, -3, 1);
        for (int left = -3; left < 0; left++) {
            CommonHeader credit = server.request();
            assertEquals(Opcode.CREDIT, credit.check());
            assertEquals(left, credit.creditCount());
            server.answer(credit.cookie(), 0, 1);
        }
        CompletableFuture<Integer> first = connection.read(3, 0, ByteBuffer.allocate(10), null);
        CompletableFuture<Integer> second = connection.read(3, 0, ByteBuffer.allocate(10), null);
        CommonHeader read = server.request();
        assertEquals(Opcode.READ, read.check());
        long cookie = read.cookie();
        server.answer(0, 2, 1);
        List<Opcode> next = List.of(server.request().check(), server.request().check());
        assertEquals(List.of(Opcode.CREDIT, Opcode.READ), next, "the second read has waited for a credit");
        server.answer(cookie, 0, LwioStatus.END_OF_FILE.code());
        assertEquals(LwioStatus.END_OF_FILE, failure(first));
        connection.close();
        assertEquals(LwioStatus.CONNECTION_DISCONNECTED, failure(second));
    }

    /** The client keeps what it knows of a Fid in a table by its number. */
    @Test
    void aFidThatCannotBeEndsTheConnection() throws Exception {
        for (int fid : new int[] {0, -1, 65536, Integer.MAX_VALUE, Integer.MIN_VALUE}) {
            LwioConnection connection = server.accepted(CONFIG);
            CompletableFuture<Integer> registering = new CompletableFuture<>();
            Thread caller = new Thread(() -> {
                try {
                    registering.complete(connection.register(MemoryFiles.key(1), false, true));
                } catch (LwioException | RuntimeException e) {
                    registering.completeExceptionally(e);
                }
            });
            caller.start();
            server.answer(server.request().cookie(), fid, 0);
            assertEquals(LwioStatus.INVALID_PARAMETER, failure(registering), "Fid " + fid);
            caller.join();
            connection.close();
            assertFalse(connection.isOpen());
            server.close();
            server = new RawServer(fabric());
        }
    }

    @Test
    void aServerWithoutRoomForAnythingLeavesNothingToAskFor() throws Exception {
        CompletableFuture<LwioConnection> connecting = server.connect(CONFIG);
        CommonHeader auth = server.request();
        byte[] params = new AuthParams(4096, 1, 1 << 20, 16, 1, 4, Guid.bytesOf(server.clientKey),
                java.util.OptionalLong.of(9)).encode(server.secret);
        server.write(auth.dataVa(), auth.dataMh(), params);
        server.answer(auth.cookie(), AuthParams.SERVER_INFORMATION, 0);
        try (LwioConnection connection = connecting.get()) {
            assertEquals(0, connection.maxWriteBytes());
            assertEquals(0, connection.maxVectoredReadBytes());
        }
    }

    @Test
    void immediateDataOfNoReadEndsTheConnection() throws Exception {
        assertReadFails(LwioStatus.INVALID_PARAMETER, read -> server.peer.pair.postSend(new WorkRequest()
                .writeWithImmediate(1, read.dataVa(), read.dataMh(), read.immediateCookie() + 0x10000)));
    }

    @Test
    void aWriteBehindTheCallersBufferEndsTheConnection() throws Exception {
        assertReadFails(LwioStatus.CONNECTION_DISCONNECTED,
                read -> server.write(read.dataVa() + 4090, read.dataMh(), new byte[7]));
    }

    /** Over a connection with a request in polling mode and one in interrupt mode. */
    private void assertPolledReadFails(LwioStatus expected, Misdeed misdeed) throws Exception {
        LwioConnection connection = server.accepted(CONFIG);
        CompletableFuture<Integer> polled = connection.polling().read(3, 0, ByteBuffer.allocateDirect(4096), null);
        CompletableFuture<Integer> other = connection.read(3, 4096, ByteBuffer.allocate(100), null);
        misdeed.on(server.request());
        while (connection.isOpen()) {
            connection.poll();
            Thread.onSpinWait();
        }
        assertEquals(expected, failure(polled));
        assertEquals(expected, failure(other));
        connection.close();
    }

    private void writeBlock(CommonHeader read, int information, int status) throws VerbsException {
        ByteBuffer block = Hex.buffer(8).putInt(0, information).putInt(4, status);
        server.write(read.cookie(), read.immediateCookie(), block.array());
    }

    @Test
    void aPolledReadIsNamedByItsStatusBlock() throws Exception {
        LwioConnection connection = server.accepted(CONFIG);
        CompletableFuture<Integer> polled = connection.polling().read(3, 0, ByteBuffer.allocateDirect(4096), null);
        CommonHeader read = server.request();
        assertEquals(0, read.flags());
        // What a server may not write is no status: the client goes on waiting.
        writeBlock(read, 0, 0x103);
        writeBlock(read, 4096, 0);
        while (!polled.isDone()) {
            connection.poll();
            Thread.onSpinWait();
        }
        assertEquals(4096, polled.get());
        connection.close();
    }

    @Test
    void wrongStatusBlocksEndTheConnection() throws Exception {
        assertPolledReadFails(LwioStatus.INVALID_PARAMETER, read -> writeBlock(read, 4095, 0));
    }

    @Test
    void anUnknownStatusInABlockEndsTheConnection() throws Exception {
        assertPolledReadFails(LwioStatus.INVALID_PARAMETER, read -> writeBlock(read, 4096, 0x1234));
    }

    @Test
    void aPolledReadThatIsAnsweredByAMessageEndsTheConnection() throws Exception {
        // The cookie that it would have: the last slot's first turn.
        assertPolledReadFails(LwioStatus.INVALID_PARAMETER, read -> server.answer(1 << 16 | 4, 4096, 0));
    }

    /** Of two who wait one may bring the answers himself; the other one has to be woken. */
    @Test
    void anInterruptThatIsRefusedEndsTheConnection() throws Exception {
        LwioConnection connection = server.accepted(CONFIG);
        List<CompletableFuture<Integer>> polled = new ArrayList<>();
        List<CompletableFuture<Boolean>> sleepers = new ArrayList<>();
        for (int i = 0; i < 2; i++) {
            polled.add(connection.polling().read(3, 0, ByteBuffer.allocateDirect(4096), null));
            server.request();
        }
        ExecutorService threads = Executors.newFixedThreadPool(2);
        try {
            for (CompletableFuture<Integer> read : polled) {
                sleepers.add(CompletableFuture.supplyAsync(() -> {
                    try {
                        return connection.await(read, 30_000);
                    } catch (InterruptedException e) {
                        throw new AssertionError(e);
                    }
                }, threads));
            }
            CommonHeader interrupt = server.request();
            assertEquals(Opcode.INTERRUPT, interrupt.check());
            server.answer(interrupt.cookie(), 0, LwioStatus.NOT_SUPPORTED.code());
            for (int i = 0; i < 2; i++) {
                assertTrue(sleepers.get(i).get());
                assertEquals(LwioStatus.NOT_SUPPORTED, failure(polled.get(i)));
            }
        } finally {
            threads.shutdownNow();
        }
        connection.close();
    }

    @Test
    void aServerThatGoesAwayFailsEverything() throws Exception {
        assertReadFails(LwioStatus.CONNECTION_DISCONNECTED, read -> server.peer.pair.disconnect());
    }

    @Test
    void moreAnswersThanReceivesEndTheConnection() throws Exception {
        LwioConnection connection = server.accepted(CONFIG);
        assertThrows(VerbsException.class, () -> {
            while (true) {
                server.peer.send(new byte[16]);
            }
        });
        connection.close();
    }

    @Test
    void afterAFailedReadTheServerReachesTheBufferNoMore() throws Exception {
        LwioConnection connection = server.accepted(CONFIG);
        ByteBuffer destination = ByteBuffer.allocateDirect(4096);
        CompletableFuture<Integer> read = connection.read(3, 0, destination, null);
        CommonHeader request = server.request();
        server.answer(request.cookie(), 0, LwioStatus.END_OF_FILE.code());
        assertEquals(LwioStatus.END_OF_FILE, failure(read));
        server.write(request.dataVa(), request.dataMh(), new byte[] {1});
        assertEquals(0, destination.get(0));
        connection.close();
    }

    @Test
    void randomAnswersHurtOnlyTheConnection() throws Exception {
        long seed = Long.getLong("lwio.seed", System.nanoTime());
        System.out.println("-Dlwio.seed=" + seed);
        Random random = new Random(seed);
        for (int round = 0; round < 200; round++) {
            try (RawServer wild = new RawServer(fabric())) {
                LwioConnection connection = wild.accepted(CONFIG);
                CompletableFuture<Integer> read = connection.read(3, 0, ByteBuffer.allocateDirect(4096), null);
                CommonHeader request = wild.request();
                try {
                    for (int i = random.nextInt(5); i >= 0; i--) {
                        byte[] answer = new byte[random.nextInt(10) == 0 ? random.nextInt(20) : 16];
                        random.nextBytes(answer);
                        if (random.nextBoolean() && answer.length == 16) {
                            Hex.buffer(answer).putLong(0, request.cookie()).putInt(12, random.nextInt(2));
                        }
                        wild.peer.send(answer);
                    }
                } catch (VerbsException e) {
                    assertTrue(e.getMessage().contains("sent") || e.getMessage().contains("ended"), e.getMessage());
                }
                wild.peer.pair.disconnect();
                assertThrows(ExecutionException.class, read::get);
                connection.close();
                assertEquals(0, wild.clientNic.registeredRegions());
            }
        }
    }
}
