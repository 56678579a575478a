package io.batonfs.transport.lwio;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import io.batonfs.transport.verbs.AccessRight;
import io.batonfs.transport.verbs.MemoryRegion;
import io.batonfs.transport.verbs.ProtectionDomain;
import io.batonfs.transport.verbs.VerbsException;
import io.batonfs.transport.verbs.WorkCompletion;
import io.batonfs.transport.verbs.WorkOpcode;
import io.batonfs.transport.verbs.WorkRequest;
import io.batonfs.transport.verbs.WorkStatus;
import io.batonfs.transport.wire.TestFabric;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.LinkedBlockingQueue;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * What a client can do wrong (LW-16). Beside each attack an honest connection goes on; at the end nothing is left behind.
 */
@Timeout(60)
class HostileClientTest {
    private LwioFixture fixture;
    private LwioConnection honest;
    private int honestFid;

    /** What to run over. */
    TestFabric fabric() throws IOException {
        return TestFabric.inProcess();
    }

    @BeforeEach
    void start() throws Exception {
        fixture = new LwioFixture(new LwioServerConfig(4, 65536, 65536, 64L << 20, 4, 64, 100, 60_000, 10_000), fabric());
        honest = fixture.connect();
        honestFid = honest.register(MemoryFiles.key(1), false, true);
    }

    @AfterEach
    void honestGoesOn() throws Exception {
        fixture.files.completions = Runnable::run;
        ByteBuffer buffer = ByteBuffer.allocateDirect(5000);
        assertEquals(5000, honest.read(honestFid, 0, buffer, new int[3]).get());
        honest.close();
        fixture.close();
        fixture.checkClientsGone();
    }

    private interface Attack {
        void on(RawPeer peer) throws Exception;
    }

    /** The attack ends its connection; the server says why where it can. */
    private void assertEnds(LwioStatus expected, Attack attack) throws Exception {
        try (RawPeer peer = RawPeer.authenticated(fixture)) {
            attack.on(peer);
            assertEquals(expected, peer.awaitEnd());
        }
    }

    private void assertUnauthenticatedEnds(LwioStatus expected, Attack attack) throws Exception {
        try (RawPeer peer = RawPeer.connect(fixture)) {
            attack.on(peer);
            assertEquals(expected, peer.awaitEnd());
        }
    }

    private AuthKeys.Issued issue() throws Exception {
        return fixture.keys.issue(UUID.randomUUID());
    }

    @Test
    void wrongMagicRevisionAndLengthOfAuth() throws Exception {
        byte[] good = RawPeer.authParams(issue());
        assertUnauthenticatedEnds(LwioStatus.INVALID_PARAMETER, peer -> {
            byte[] bad = good.clone();
            bad[0] = 'X';
            peer.send(peer.auth(bad));
        });
        assertUnauthenticatedEnds(LwioStatus.REVISION_MISMATCH, peer -> {
            byte[] bad = good.clone();
            bad[AuthParams.REV_ID_OFFSET] = 2;
            peer.send(peer.auth(bad));
        });
        assertUnauthenticatedEnds(LwioStatus.INVALID_PARAMETER,
                peer -> peer.send(peer.auth(java.util.Arrays.copyOf(good, 66))));
        assertUnauthenticatedEnds(null, peer -> peer.send(peer.auth(new byte[81])));
        assertUnauthenticatedEnds(null, peer -> peer.send(new byte[47]));
        assertUnauthenticatedEnds(null, peer -> peer.send(new byte[0]));
    }

    @Test
    void everyFlippedBitOfAnAuthIsRefusedAndNothingIsWritten() throws Exception {
        AuthKeys.Issued issued = issue();
        byte[] good = RawPeer.authParams(issued);
        for (int bit = 0; bit < good.length * 8; bit++) {
            int flipped = bit;
            try (RawPeer peer = RawPeer.connect(fixture)) {
                byte[] bad = good.clone();
                bad[flipped / 8] ^= (byte) (1 << flipped % 8);
                peer.send(peer.auth(bad));
                assertNotEquals(LwioStatus.SUCCESS, peer.awaitEnd(), "bit " + bit);
                assertEquals(0, peer.memory.buffer().getLong(0), "bit " + bit);
            }
        }
        try (RawPeer peer = RawPeer.connect(fixture)) {
            peer.send(peer.auth(good));
            assertEquals(LwioStatus.SUCCESS, peer.answer().status(), "refusals do not use the key up");
        }
    }

    @Test
    void aReplayedAuthIsRefused() throws Exception {
        byte[] params = RawPeer.authParams(issue());
        try (RawPeer first = RawPeer.connect(fixture)) {
            first.send(first.auth(params));
            assertEquals(LwioStatus.SUCCESS, first.answer().status());
            assertUnauthenticatedEnds(LwioStatus.ACCESS_DENIED, peer -> peer.send(peer.auth(params)));
            first.sequence = 1;
            byte[] again = first.auth(params);
            again[CommonHeader.SEQUENCE_OFFSET] = 1;
            first.send(again);
            assertEquals(LwioStatus.ACCESS_DENIED, first.awaitEnd());
        }
    }

    @Test
    void nothingGoesBeforeAuth() throws Exception {
        assertUnauthenticatedEnds(LwioStatus.ACCESS_DENIED, peer -> peer.send(peer.register(1, 0)));
        assertUnauthenticatedEnds(LwioStatus.ACCESS_DENIED, peer -> peer.send(peer.read(1, 8, 0, 0)));
    }

    @Test
    void anAuthThatWantsItsAnswerElsewhereEndsTheConnection() throws Exception {
        ProtectionDomain other = fixture.clientNic.allocateDomain();
        MemoryRegion target = other.allocate(100, EnumSet.of(AccessRight.REMOTE_WRITE));
        assertUnauthenticatedEnds(null, peer -> {
            byte[] auth = peer.auth(RawPeer.authParams(issue()));
            new CommonHeader().wrap(Hex.buffer(auth), 0).data(target.address(), target.handle());
            peer.send(auth);
        });
        assertEquals(0, target.buffer().getLong(0));
        other.close();
    }

    @Test
    void aGapInTheSequenceEndsTheConnection() throws Exception {
        assertEnds(LwioStatus.INVALID_PARAMETER, peer -> {
            peer.sequence++;
            peer.send(peer.register(1, 0));
        });
    }

    @Test
    void theSequenceWrapsAround() throws Exception {
        try (RawPeer peer = RawPeer.authenticated(fixture)) {
            int fid = peer.registered(1, 0);
            for (int i = 0; i < 66_000; i++) {
                peer.send(peer.write(fid, 0, 0));
                int at = peer.receive();
                assertEquals(LwioStatus.SUCCESS, StatusResponse.status(peer.receivedBytes(), at));
                peer.pair.postReceive(at / RawPeer.RECEIVE_BYTES, peer.receivedRegion(), at, RawPeer.RECEIVE_BYTES);
            }
        }
    }

    @Test
    void unknownOpcodesFlagsAndUsedUnusedFieldsEndTheConnection() throws Exception {
        assertEnds(null, peer -> peer.send(peer.message(Opcode.CLOSE, 0x80, 48, 0,
                (header, message) -> message.put(CommonHeader.OPCODE_OFFSET, (byte) 10))));
        assertEnds(null, peer -> peer.send(peer.message(Opcode.READ, 0xE0, 8, 0, (header, message) -> { })));
        assertEnds(null, peer -> peer.send(peer.message(Opcode.CLOSE, 0x80, 48, 0,
                (header, message) -> message.putInt(CommonHeader.TID_OFFSET, 1))));
        assertEnds(null, peer -> peer.send(peer.message(Opcode.CLOSE, 0x80, 48, 0,
                (header, message) -> message.putLong(CommonHeader.COOKIE_OFFSET, 0))));
    }

    @Test
    void lengthsThatDoNotFitEndTheConnection() throws Exception {
        assertEnds(LwioStatus.INVALID_PARAMETER, peer -> peer.send(peer.message(Opcode.REGISTER, 0x80, 85, 36,
                (header, message) -> { })));
        assertEnds(LwioStatus.INVALID_PARAMETER, peer -> peer.send(peer.message(Opcode.REGISTER, 0x80, 84, 35,
                (header, message) -> { })));
        assertEnds(LwioStatus.INVALID_PARAMETER,
                peer -> peer.send(peer.message(Opcode.CLOSE, 0x80, 49, 0, (header, message) -> { })));
        assertEnds(LwioStatus.INVALID_PARAMETER, peer -> peer.send(peer.write(peer.registered(1, 0), 100, 99)));
        assertEnds(LwioStatus.INVALID_PARAMETER, peer -> peer.send(peer.write(peer.registered(1, 0), 100, 101)));
        assertEnds(LwioStatus.INVALID_PARAMETER,
                peer -> peer.send(peer.write(peer.registered(1, FidParams.FLAG_CHECKSUMMED), 100, 100)));
        assertEnds(LwioStatus.INVALID_PARAMETER, peer -> peer.send(peer.read(peer.registered(1, 0), 1 << 30,
                peer.memory.address(), peer.memory.handle())));
        assertEnds(LwioStatus.INVALID_PARAMETER, peer -> {
            int fid = peer.registered(1, 0);
            peer.send(peer.message(Opcode.READ, 0x80, 100, 0,
                    (header, message) -> header.fid(fid).offset(Long.MAX_VALUE - 10)));
        });
    }

    @Test
    void aWriteLargerThanTheReceiveBufferEndsTheConnection() throws Exception {
        assertEnds(null, peer -> {
            int fid = peer.registered(1, 0);
            peer.send(peer.write(fid, 70_000, 70_000));
            WorkCompletion[] one = WorkCompletion.batch(1);
            peer.sends.await(one, 100);
            assertEquals(WorkStatus.REMOTE_INVALID_REQUEST, one[0].status());
        });
        assertNull(fixture.files.writeOrder.get(1L));
    }

    @Test
    void aClientThatOverrunsItsCreditsMeetsAReceiverThatIsNotReady() throws Exception {
        LinkedBlockingQueue<Runnable> held = new LinkedBlockingQueue<>();
        List<Runnable> begun = new ArrayList<>();
        fixture.files.completions = held::add;
        assertEnds(null, peer -> {
            int fid = peer.registered(2, 0);
            for (int i = 0; i < peer.credits; i++) {
                peer.send(peer.write(fid, 8, 8));
                begun.add(held.take());
            }
            peer.send(peer.write(fid, 8, 8));
            WorkCompletion[] one = WorkCompletion.batch(1);
            peer.sends.await(one, 100);
            assertEquals(WorkStatus.RECEIVER_NOT_READY, one[0].status());
        });
        fixture.files.completions = Runnable::run;
        begun.forEach(Runnable::run);
    }

    @Test
    void aRightVectoredReadIsAnsweredByImmediateData() throws Exception {
        new Random(3).nextBytes(fixture.files.bytes(1));
        try (RawPeer peer = RawPeer.authenticated(fixture)) {
            int fid = peer.registered(1, 0);
            peer.send(peer.readVectored(fid, 4096 + 512, 2, peer.segments(4096 + 512)));
            WorkCompletion next = peer.next();
            assertEquals(WorkOpcode.RECEIVE_WITH_IMMEDIATE, next.opcode());
            assertEquals(5, next.immediate());
            assertEquals(512, next.lengthBytes(), "there is one RDMA write for each segment");
            byte[] found = new byte[4096 + 512];
            peer.memory.buffer().get(0, found, 0, 4096);
            peer.memory.buffer().get(8192, found, 4096, 512);
            assertArrayEquals(java.util.Arrays.copyOf(fixture.files.bytes(1), 4096 + 512), found);
            assertEquals(0, peer.memory.buffer().get(4096), "what is between the segments stays as it is");
        }
    }

    @Test
    void segmentsThatDoNotFitTheLengthEndTheConnectionAndNothingIsWritten() throws Exception {
        java.util.Arrays.fill(fixture.files.bytes(1), (byte) 1);
        // Length, NumPages, lengths of the segments that are sent.
        int[][] wrong = {
            {0, 0}, {0, 1, 512}, {4096, 0}, {4096, 2, 4096}, {4096, 1}, {4096, 1, 4096, 4096}, {8192, 2, 4096, 512},
            {8192, 2, 4096, 4097}, {8192, 2, 8192, 0}, {8192, 1, 8192}, {4608, 2, 512, 4096}, {4100, 2, 4096, 4},
            {1000, 1, 1000}, {512, 1, -1}, {4096, 65535, 4096}, {Integer.MAX_VALUE, 2, 4096, 4096}};
        for (int[] one : wrong) {
            assertEnds(LwioStatus.INVALID_PARAMETER, peer -> {
                RdmaRegion[] segments = new RdmaRegion[one.length - 2];
                for (int i = 0; i < segments.length; i++) {
                    segments[i] = new RdmaRegion(peer.memory.address(), peer.memory.handle(), one[i + 2]);
                }
                peer.send(peer.readVectored(peer.registered(1, 0), one[0], one[1], segments));
            });
        }
        assertEnds(LwioStatus.INVALID_PARAMETER, peer -> {
            byte[] otherPage = peer.readVectored(peer.registered(1, 0), 4096, 1, peer.segments(4096));
            otherPage[CommonHeader.PAGE_SIZE_OFFSET + 1] = 0x20;
            peer.send(otherPage);
        });
        // The checksums have a segment of their own, exactly as long as they are.
        int checksummed = FidParams.FLAG_CHECKSUMMED;
        assertEnds(LwioStatus.INVALID_PARAMETER, peer ->
                peer.send(peer.readVectored(peer.registered(1, checksummed), 4096, 1, peer.segments(4096))));
        for (int bytes : new int[] {3, 5, 8}) {
            assertEnds(LwioStatus.INVALID_PARAMETER, peer -> peer.send(peer.readVectored(
                    peer.registered(1, checksummed), 4096, 2, peer.segments(4096)[0], new RdmaRegion(peer.memory.address(), 0, bytes))));
        }
    }

    @Test
    void aSegmentThatIsNotTheClientsEndsTheConnectionAndTouchesNothing() throws Exception {
        java.util.Arrays.fill(fixture.files.bytes(1), (byte) 1);
        ProtectionDomain other = fixture.clientNic.allocateDomain();
        MemoryRegion target = other.allocate(4096, EnumSet.of(AccessRight.REMOTE_WRITE));
        for (int wrong = 0; wrong < 3; wrong++) {
            int index = wrong;
            assertEnds(null, peer -> {
                RdmaRegion[] segments = peer.segments(3 * 4096);
                segments[index] = new RdmaRegion(target.address(), target.handle(), 4096);
                peer.send(peer.readVectored(peer.registered(1, 0), 3 * 4096, 3, segments));
            });
        }
        assertArrayEquals(new byte[4096], bytesOf(target));
        other.close();
    }

    @Test
    void vectoredWritesThatDoNotFitEndTheConnectionAndNothingIsWritten() throws Exception {
        int unbuffered = FidParams.FLAG_NO_INTERMEDIATE_BUFFERING;
        assertEnds(LwioStatus.INVALID_PARAMETER,
                peer -> peer.send(peer.writeVectored(peer.registered(2, 0), 0x80, 100, 0, 99)));
        assertEnds(LwioStatus.INVALID_PARAMETER,
                peer -> peer.send(peer.writeVectored(peer.registered(2, 0), 0x80, 100, 1, 100)));
        assertEnds(LwioStatus.INVALID_PARAMETER,
                peer -> peer.send(peer.writeVectored(peer.registered(2, 0), 0xA0, 8192, 2, 4096)));
        // Length, NumPages, bytes sent.
        int[][] wrong = {{8192, 1, 4096}, {8192, 3, 4096}, {8192, 2, 8192}, {8192, 2, 4095}, {0, 0, 4096}, {0, 1, 4096},
            {65536 + 17 * 4 + 1, 17, 4096}, {Integer.MAX_VALUE, 65535, 4096}};
        for (int[] one : wrong) {
            assertEnds(LwioStatus.INVALID_PARAMETER, peer -> peer.send(
                    peer.writeVectored(peer.registered(2, unbuffered), 0xA0, one[0], one[1], one[2])));
        }
        assertEnds(LwioStatus.INVALID_PARAMETER, peer -> peer.send(peer.writeVectored(
                peer.registered(2, unbuffered | FidParams.FLAG_CHECKSUMMED), 0xA0, 8192, 2, 4096 + 4)));
        assertNull(fixture.files.writeOrder.get(2L));
    }

    @Test
    void handlesThatAreNotTheClientsEndTheConnectionAndTouchNothing() throws Exception {
        byte[] file = fixture.files.bytes(1);
        new Random(1).nextBytes(file);
        ProtectionDomain other = fixture.clientNic.allocateDomain();
        MemoryRegion target = other.allocate(100, EnumSet.of(AccessRight.REMOTE_WRITE));
        assertEnds(null, peer -> peer.send(peer.read(peer.registered(1, 0), 100, target.address(), target.handle())));
        assertEnds(null, peer -> peer.send(peer.read(peer.registered(1, 0), 100,
                peer.memory.address() + RawPeer.MEMORY_BYTES - 99, peer.memory.handle())));
        assertEnds(null, peer -> peer.send(peer.read(peer.registered(1, 0), 100, 0, 0)));
        assertArrayEquals(new byte[100], bytesOf(target));
        other.close();
    }

    private static byte[] bytesOf(MemoryRegion region) {
        byte[] bytes = new byte[region.lengthBytes()];
        region.buffer().get(0, bytes);
        return bytes;
    }

    @Test
    void noMemoryOfTheServerCanBeWritten() throws Exception {
        int regions = fixture.serverNic.registeredRegions();
        for (int slot = 1; slot <= regions; slot++) {
            int handle = slot;
            assertEnds(null, peer -> peer.pair.postSend(new WorkRequest().write(1, 0x1000_0000_0000L, handle)
                    .inline(ByteBuffer.allocate(1), 0, 1)));
        }
    }

    @Test
    void aFidOfAnotherConnectionIsInvalid() throws Exception {
        try (RawPeer peer = RawPeer.authenticated(fixture)) {
            peer.send(peer.write(honestFid, 8, 8));
            assertEquals(LwioStatus.INVALID_HANDLE, peer.answer().status());
            peer.send(peer.read(honestFid, 8, peer.memory.address(), peer.memory.handle()));
            assertEquals(LwioStatus.INVALID_HANDLE, peer.answer().status());
            peer.send(peer.message(Opcode.CLOSE, 0x80, 48, 0, (header, message) -> header.fid(honestFid)));
            assertEquals(LwioStatus.INVALID_HANDLE, peer.answer().status());
        }
    }

    @Test
    void aRegistrationForAnotherSessionOrWithAFalseKeyIsDenied() throws Exception {
        try (RawPeer peer = RawPeer.authenticated(fixture)) {
            peer.sessionId++;
            peer.send(peer.register(1, 0));
            assertEquals(LwioStatus.ACCESS_DENIED, peer.answer().status());
            peer.send(peer.register(1, 0x10));
            assertEquals(LwioStatus.NOT_SUPPORTED, peer.answer().status());
        }
    }

    @Test
    void aFidIsRefusedOnceItIsClosedThoughItsSlotIsUsedAgain() throws Exception {
        try (RawPeer peer = RawPeer.authenticated(fixture)) {
            List<Integer> closed = new ArrayList<>();
            for (int i = 1; i <= 12; i++) {
                int fid = peer.registered(1, 0);
                assertEquals(i, fid);
                closed.add(fid);
                peer.send(peer.message(Opcode.CLOSE, 0x80, 48, 0, (header, message) -> header.fid(fid)));
                assertEquals(LwioStatus.SUCCESS, peer.answer().status());
            }
            assertEquals(13, peer.registered(1, 0));
            for (int fid : closed) {
                peer.send(peer.write(fid, 8, 8));
                assertEquals(LwioStatus.FILE_CLOSED, peer.answer().status());
            }
            peer.send(peer.write(14, 8, 8));
            assertEquals(LwioStatus.INVALID_HANDLE, peer.answer().status());
        }
    }

    @Test
    void aCancelWithNothingToCancelIsAnswered() throws Exception {
        try (RawPeer peer = RawPeer.authenticated(fixture)) {
            int fid = peer.registered(1, 0);
            peer.send(peer.message(Opcode.CANCEL, 0x80, 48, 0, (header, message) -> header.fid(fid)));
            assertEquals(LwioStatus.SUCCESS, peer.answer().status());
        }
    }

    @Test
    void aCreditThatNobodyAskedForEndsTheConnection() throws Exception {
        assertEnds(LwioStatus.INVALID_PARAMETER, peer -> peer.send(peer.credit(0)));
        assertEnds(LwioStatus.INVALID_PARAMETER, peer -> peer.send(peer.credit(-1)));
    }

    @Test
    void inPollingModeTheStatusIsWrittenToMemory() throws Exception {
        Random random = new Random(5);
        random.nextBytes(fixture.files.bytes(1));
        try (RawPeer peer = RawPeer.authenticated(fixture)) {
            int fid = peer.registered(1, 0);
            peer.send(peer.polled(Opcode.READ, fid, 4000, 0, 128));
            while (peer.memory.getWord(128) == 0) {
                Thread.onSpinWait();
            }
            assertEquals(4000, peer.memory.getWord(128), "Information, and Status 0");
            byte[] found = new byte[4000];
            peer.memory.buffer().get(8192, found);
            assertArrayEquals(java.util.Arrays.copyOf(fixture.files.bytes(1), 4000), found);
            peer.send(peer.polled(Opcode.WRITE, fid, 8, 8, 136));
            peer.send(peer.polled(Opcode.WRITE, fid + 1, 8, 8, 144));
            // The answer to CANCEL comes behind what was answered before, and nothing else was sent.
            peer.send(peer.message(Opcode.CANCEL, 0x80, 48, 0, (header, message) -> header.fid(fid)));
            assertEquals(LwioStatus.SUCCESS, peer.answer().status());
            assertEquals(8, peer.memory.getWord(136));
            assertEquals(LwioStatus.INVALID_HANDLE, IoStatusBlock.status(peer.memory.getWord(144)));
        }
    }

    @Test
    void aStatusBlockThatIsNotTheClientsEndsTheConnection() throws Exception {
        assertEnds(null, peer -> peer.send(
                peer.polled(Opcode.WRITE, peer.registered(1, 0), 8, 8, RawPeer.MEMORY_BYTES - 7)));
    }

    @Test
    void anInterruptIsAnsweredBehindTheStatusBlockOfTheNextIo() throws Exception {
        LinkedBlockingQueue<Runnable> held = new LinkedBlockingQueue<>();
        try (RawPeer peer = RawPeer.authenticated(fixture)) {
            int fid = peer.registered(1, 0);
            peer.send(peer.interrupt());
            RawPeer.Answer atOnce = peer.answer();
            assertEquals(LwioStatus.SUCCESS, atOnce.status(), "nothing is under way");
            assertEquals(0, atOnce.information());
            fixture.files.completions = held::add;
            peer.send(peer.polled(Opcode.WRITE, fid, 8, 8, 128));
            Runnable completes = held.take();
            byte[] interrupt = peer.interrupt();
            peer.send(interrupt);
            // Answered in order of arrival, so nothing was answered before it.
            peer.send(peer.message(Opcode.CANCEL, 0x80, 48, 0, (header, message) -> header.fid(fid)));
            RawPeer.Answer cancel = peer.answer();
            assertNotEquals(new CommonHeader().wrap(Hex.buffer(interrupt), 0).cookie(), cancel.cookie());
            assertEquals(0, peer.memory.getWord(128));
            completes.run();
            assertEquals(new CommonHeader().wrap(Hex.buffer(interrupt), 0).cookie(), peer.answer().cookie());
            assertEquals(8, peer.memory.getWord(128));
            fixture.files.completions = Runnable::run;
        }
    }

    @Test
    void aSecondInterruptEndsTheConnection() throws Exception {
        LinkedBlockingQueue<Runnable> held = new LinkedBlockingQueue<>();
        fixture.files.completions = held::add;
        assertEnds(LwioStatus.INVALID_PARAMETER, peer -> {
            peer.send(peer.polled(Opcode.WRITE, peer.registered(1, 0), 8, 8, 128));
            peer.send(peer.interrupt());
            peer.send(peer.interrupt());
        });
        fixture.files.completions = Runnable::run;
        held.take().run();
        assertEnds(LwioStatus.INVALID_PARAMETER, peer -> {
            byte[] long49 = peer.interrupt();
            long49[0] = 49;
            peer.send(long49);
        });
    }

    @Test
    void randomMessagesEndOnlyTheirOwnConnection() throws Exception {
        long seed = Long.getLong("lwio.seed", System.nanoTime());
        System.out.println("-Dlwio.seed=" + seed);
        Random random = new Random(seed);
        for (int round = 0; round < 300; round++) {
            try (RawPeer peer = random.nextBoolean() ? RawPeer.authenticated(fixture) : RawPeer.connect(fixture)) {
                int messages = 1 + random.nextInt(20);
                for (int i = 0; i < messages; i++) {
                    try {
                        peer.send(anything(peer, random));
                    } catch (VerbsException e) {
                        break;
                    }
                }
            }
        }
    }

    private static byte[] anything(RawPeer peer, Random random) {
        byte[] bytes = switch (random.nextInt(7)) {
            case 0 -> new byte[random.nextInt(300)];
            case 1 -> peer.register(random.nextInt(3),
                    random.nextBoolean() ? random.nextInt(4) : FidParams.KNOWN_FLAGS);
            case 2 -> peer.write(random.nextInt(3), random.nextInt(100), random.nextInt(100));
            case 3 -> peer.read(random.nextInt(3), random.nextInt(100), peer.memory.address(), peer.memory.handle());
            case 4 -> peer.readVectored(random.nextInt(3), random.nextInt(10_000), random.nextInt(4),
                    peer.segments(random.nextInt(10_000)));
            case 5 -> peer.writeVectored(random.nextInt(3), random.nextBoolean() ? 0x80 : 0xA0, random.nextInt(10_000),
                    random.nextInt(4), random.nextBoolean() ? 4096 : random.nextInt(5000));
            default -> peer.message(Opcode.values()[random.nextInt(10)], random.nextInt(256), random.nextInt(100),
                    random.nextInt(100), (header, message) -> header.fid(random.nextInt(3)));
        };
        int changes = random.nextInt(3);
        for (int i = 0; i < changes && bytes.length > 0; i++) {
            bytes[random.nextInt(bytes.length)] = (byte) random.nextInt();
        }
        return bytes;
    }

    @Test
    void connectionsBeyondTheLimitAreRefused() throws Exception {
        List<RawPeer> peers = new ArrayList<>();
        try {
            for (int i = 1; i < 64; i++) {
                peers.add(RawPeer.authenticated(fixture));
            }
            org.junit.jupiter.api.Assertions.assertThrows(java.io.IOException.class, () -> {
                RawPeer one = new RawPeer(fixture.clientNic);
                try {
                    fixture.clientNic.connect(one.pair, fixture.address);
                } finally {
                    one.close();
                }
            });
        } finally {
            peers.forEach(RawPeer::close);
        }
    }

    @Test
    void anImmediateAnswerCarriesTheCookieOnFullReads() throws Exception {
        try (RawPeer peer = RawPeer.authenticated(fixture)) {
            fixture.files.bytes(1)[3] = 42;
            peer.send(peer.read(peer.registered(1, 0), 8, peer.memory.address(), peer.memory.handle()));
            WorkCompletion next = peer.next();
            assertEquals(WorkOpcode.RECEIVE_WITH_IMMEDIATE, next.opcode());
            assertEquals(5, next.immediate());
            assertEquals(42, peer.memory.buffer().get(3));
        }
    }
}
