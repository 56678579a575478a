package io.batonfs.transport.lwio;

import io.batonfs.model.ResumeKey;
import io.batonfs.transport.verbs.MemoryRegion;
import io.batonfs.transport.verbs.VerbsException;
import io.batonfs.transport.verbs.WorkCompletion;
import io.batonfs.transport.verbs.WorkOpcode;
import io.batonfs.transport.verbs.WorkRequest;
import io.batonfs.transport.verbs.WorkStatus;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.UUID;

/**
 * One connection of a client that says what it likes, and a model of what the server owes it. As long as it has broken
 * no rule ({@link Conduct#LAWFUL}) every request has to be answered, once, by a status that fits, and the connection
 * has to stay; after a request that breaks one it has to end ({@link Conduct#DOOMED}); after something of which nobody can
 * say what it is, it may ({@link Conduct#WILD}). One thread.
 */
final class FuzzingClient {
    static final int MEMORY_BYTES = 64 * 1024;
    private static final int OUTGOING_BYTES = 64 * 1024;
    private static final int BLOCKS = 256;
    /** Where data of reads goes, behind the status blocks. */
    private static final int DATA_AT = 8192;
    /** Files of its own; honest users' numbers are far from these. */
    private static final int FILES = 3;
    private static final int PAGE = 4096;
    private static final int[] SEND_BYTES = {16, PAGE, FuzzStage.IO_BYTES, 1 << 20, Integer.MAX_VALUE};

    /** What it has done so far. */
    enum Conduct {
        LAWFUL,
        WILD,
        DOOMED
    }

    private final FuzzStage stage;
    private final SplittableRandom random;
    private final RawPeer raw;
    /** Memory of another protection domain, which nobody may write to. */
    private final MemoryRegion foreign;
    private Conduct conduct = Conduct.LAWFUL;
    private String last = "nothing";
    private boolean ended;
    private boolean authenticated;
    private boolean over;
    /** What it says that it will send behind a header. */
    private int sendBytes;
    private int credits;
    private int outstanding;
    private final Map<Long, Expected> expected = new HashMap<>();
    private final Map<Integer, Expected> blocks = new HashMap<>();
    private final List<Integer> open = new ArrayList<>();
    private final Set<Integer> cancelled = new HashSet<>();
    private int highestFid;
    private boolean interruptOut;
    /** CREDIT messages that it owes the server. */
    private final ArrayDeque<Integer> owed = new ArrayDeque<>();

    /** What a request may be answered with, and what follows. */
    private record Expected(String what, Set<LwioStatus> statuses, Answered then) {
    }

    private interface Answered {
        void with(LwioStatus status, int information);
    }

    private FuzzingClient(FuzzStage stage, SplittableRandom random, MemoryRegion foreign) throws IOException {
        this.stage = stage;
        this.random = random;
        this.foreign = foreign;
        raw = new RawPeer(stage.clientNic, 64, StatusResponse.BYTES, OUTGOING_BYTES, MEMORY_BYTES);
    }

    /** Connected; null if the server has no place. */
    static FuzzingClient connect(FuzzStage stage, SplittableRandom random, MemoryRegion foreign) throws IOException {
        FuzzingClient client = new FuzzingClient(stage, random, foreign);
        try {
            stage.clientNic.connect(client.raw.pair, FuzzStage.address());
        } catch (IOException e) {
            client.raw.close();
            return null;
        }
        return client;
    }

    /** Authenticates, well or badly, or not at all. */
    FuzzingClient introduceItself() throws IOException {
        UUID clientKey = new UUID(random.nextLong(), random.nextLong());
        sendBytes = SEND_BYTES[random.nextInt(SEND_BYTES.length)];
        byte[] params = RawPeer.authParams(stage.keys.issue(clientKey), sendBytes);
        byte[] auth = raw.auth(params);
        switch (random.nextInt(12)) {
            case 0 -> {
                conduct = Conduct.WILD;
                last = "silence";
            }
            case 1 -> {
                int at = CommonHeader.BYTES + random.nextInt(params.length);
                auth[at] ^= (byte) (1 << random.nextInt(8));
                doomed("an AUTH with a flipped bit", auth);
            }
            case 2 -> doomed("garbage for AUTH", bytes(random.nextInt(129)));
            case 3 -> doomed("too long an AUTH", bytes(129 + random.nextInt(1000)));
            case 4 -> {
                new CommonHeader().wrap(Hex.buffer(auth), 0).data(foreign.address(), foreign.handle());
                doomed("an AUTH to be answered elsewhere", auth);
            }
            case 5 -> doomed("a request before AUTH", anyLawful());
            default -> {
                post("AUTH", auth);
                stage.until("an AUTH is answered", () -> {
                    takeIn();
                    return authenticated || ended;
                });
            }
        }
        return this;
    }

    boolean isOver() {
        return over;
    }

    Conduct conduct() {
        return conduct;
    }

    // ---- what it says

    /** One more deed; what came is taken in before. */
    void act() {
        takeIn();
        if (ended || over) {
            return;
        }
        if (!authenticated || conduct != Conduct.LAWFUL) {
            // What may still be said to somebody who should have gone, or should go.
            if (random.nextInt(6) == 0) {
                leave();
            } else {
                wild();
            }
            return;
        }
        int choice = random.nextInt(1000);
        if (!owed.isEmpty() && outstanding < credits && choice < 500) {
            payCredit();
        } else if (choice < 880) {
            if (outstanding < credits) {
                lawful();
            }
        } else if (choice < 940) {
            breakRule();
        } else if (choice < 985) {
            wild();
        } else {
            leave();
        }
    }

    private void lawful() {
        int choice = random.nextInt(100);
        if (open.isEmpty() || choice < 8) {
            register();
        } else if (choice < 12) {
            closeFid();
        } else if (choice < 18) {
            cancelFid();
        } else if (choice < 26) {
            interrupt();
        } else {
            io();
        }
    }

    private byte[] anyLawful() {
        return random.nextBoolean() ? raw.register(2, 0) : raw.write(1, 8, 8);
    }

    private void register() {
        // Checksums would have to follow what is said to such a file: that is left to the honest and to the wild.
        int flags = random.nextInt(8) == 0 ? 0x10 : FidParams.FLAG_NO_INTERMEDIATE_BUFFERING
                | random.nextInt(2) * FidParams.FLAG_WRITE_THROUGH;
        boolean mine = random.nextInt(8) > 0;
        boolean genuine = random.nextInt(8) > 0;
        byte[] message = raw.message(Opcode.REGISTER, 0x80, 84, FidParams.BYTES, (header, bytes) -> new FidParams(
                genuine ? MemoryFiles.key(2 + random.nextInt(FILES))
                        : new ResumeKey(2, 0, random.nextLong() >>> 32),
                raw.sessionId + (mine ? 0 : 1), flags).encode(bytes, CommonHeader.BYTES));
        EnumSet<LwioStatus> statuses = flags == 0x10 ? EnumSet.of(LwioStatus.NOT_SUPPORTED)
                : !mine || !genuine ? EnumSet.of(LwioStatus.ACCESS_DENIED)
                : EnumSet.of(LwioStatus.SUCCESS, LwioStatus.INSUFFICIENT_RESOURCES);
        request(message, new Expected("REGISTER", statuses, (status, fid) -> {
            if (status == LwioStatus.SUCCESS) {
                stage.check(fid > 0 && fid <= 0xFFFF && !open.contains(fid), "the Fid " + fid + " was given twice");
                open.add(fid);
                highestFid = Math.max(highestFid, fid);
            } else if (status == LwioStatus.INSUFFICIENT_RESOURCES) {
                stage.check(open.size() >= FuzzStage.MAX_FIDS - FuzzStage.CREDITS, "a Fid was refused too early");
            }
        }));
    }

    /** One of those open, mostly; else closed or never given. */
    private int anyFid() {
        return random.nextInt(10) > 0 && !open.isEmpty() ? open.get(random.nextInt(open.size()))
                : random.nextBoolean() ? 60_000 + random.nextInt(5000) : highestFid + 1 + FuzzStage.CREDITS;
    }

    private EnumSet<LwioStatus> statusesOf(int fid, LwioStatus... alsoGood) {
        if (!open.contains(fid)) {
            return EnumSet.of(LwioStatus.INVALID_HANDLE, LwioStatus.FILE_CLOSED);
        }
        EnumSet<LwioStatus> statuses = EnumSet.of(LwioStatus.SUCCESS, alsoGood);
        if (cancelled.contains(fid)) {
            statuses.add(LwioStatus.CANCELLED);
        }
        return statuses;
    }

    private void closeFid() {
        int fid = anyFid();
        request(raw.message(Opcode.CLOSE, 0x80, 48, 0, (header, bytes) -> header.fid(fid)),
                new Expected("CLOSE", statusesOf(fid), (status, information) -> { }));
        open.remove((Integer) fid);
    }

    private void cancelFid() {
        int fid = anyFid();
        if (open.contains(fid)) {
            cancelled.add(fid);
            blocks.values().forEach(FuzzingClient::mayBeCancelled);
            expected.values().forEach(FuzzingClient::mayBeCancelled);
        }
        request(raw.message(Opcode.CANCEL, 0x80, 48, 0, (header, bytes) -> header.fid(fid)),
                new Expected("CANCEL", statusesOf(fid), (status, information) -> { }));
    }

    private static void mayBeCancelled(Expected request) {
        if (request.what.startsWith("READ") || request.what.startsWith("VEC_READ")) {
            request.statuses.add(LwioStatus.CANCELLED);
        }
    }

    private void interrupt() {
        if (interruptOut) {
            return;
        }
        interruptOut = true;
        request(raw.interrupt(), new Expected("INTERRUPT", EnumSet.of(LwioStatus.SUCCESS), (status, information) -> {
            interruptOut = false;
            stage.check(information == 0, "an INTERRUPT was answered with Information " + information);
        }));
    }

    private void payCredit() {
        int count = owed.removeFirst();
        boolean gives = count < 0;
        request(raw.credit(count), new Expected("CREDIT",
                EnumSet.of(gives ? LwioStatus.NOTIFY_CREDIT : LwioStatus.SUCCESS), (status, information) -> {
                    if (gives) {
                        credits--;
                    }
                }));
    }

    private void io() {
        int fid = anyFid();
        boolean outside = random.nextInt(10) == 0;
        long offset = outside ? Long.MAX_VALUE - FuzzStage.IO_BYTES * 2L - random.nextInt(5)
                : random.nextInt(MemoryFiles.FILE_BYTES - FuzzStage.IO_BYTES * 2);
        int block = random.nextInt(4) == 0 ? freeBlock() : -1;
        boolean polled = block >= 0;
        // Such offsets are the server's to pass on or refuse, not the file's: they go to Fids that are not there.
        int target = outside ? 60_000 : fid;
        switch (random.nextInt(5)) {
            case 0 -> {
                int length = random.nextInt(FuzzStage.IO_BYTES - 64);
                send("READ", target, length, block, io(Opcode.READ, polled, block, length, 0, (header, bytes) ->
                        header.fid(target).offset(offset).data(raw.memory.address() + DATA_AT, raw.memory.handle())));
            }
            case 1 -> {
                int length = 512 * (1 + random.nextInt(40));
                RdmaRegion[] pages = pages(length);
                send("VEC_READ", target, length, block, io(Opcode.VEC_READ, polled, block, length,
                        pages.length * RdmaRegion.BYTES, (header, bytes) -> {
                            header.fid(target).offset(offset).pages(pages.length, PAGE);
                            for (int i = 0; i < pages.length; i++) {
                                pages[i].encode(bytes, CommonHeader.BYTES + i * RdmaRegion.BYTES);
                            }
                        }));
            }
            case 2 -> {
                int length = random.nextInt(maxWrite() + 1);
                send("WRITE", target, length, block, io(Opcode.WRITE, polled, block, length, length, (header, bytes) ->
                        header.fid(target).offset(offset)));
            }
            case 3 -> {
                int length = random.nextInt(maxWrite() + 1);
                send("VEC_WRITE", target, length, block, io(Opcode.VEC_WRITE, polled, block, length, length,
                        (header, bytes) -> header.fid(target).offset(offset).pages(0, PAGE)));
            }
            default -> {
                int length = 1 + random.nextInt(maxWrite());
                send("VEC_WRITE", target, length, block, io(Opcode.VEC_WRITE, polled, block, length, PAGE,
                        (header, bytes) -> {
                            header.fid(target).offset(offset).pages(RdmaRegion.pagesOf(length, PAGE), PAGE);
                            bytes.put(CommonHeader.FLAGS_OFFSET,
                                    (byte) (header.flags() | CommonHeader.FLAG_COLLAPSE_IO));
                        }));
            }
        }
    }

    private int freeBlock() {
        int block = random.nextInt(BLOCKS) * IoStatusBlock.BYTES;
        return blocks.containsKey(block) ? -1 : block;
    }

    private byte[] io(Opcode opcode, boolean polled, int block, int length, int bytesAfter, RawPeer.Filler filler) {
        return raw.message(opcode, polled ? 0 : 0x80, length, bytesAfter, (header, bytes) -> {
            long cookie = header.cookie();
            if (polled) {
                header.immediateCookie(raw.memory.handle());
                bytes.putLong(CommonHeader.COOKIE_OFFSET, raw.memory.address() + block);
            } else if (opcode == Opcode.READ || opcode == Opcode.VEC_READ) {
                header.immediateCookie((int) cookie);
            }
            bytes.put(CommonHeader.CREDITS_OFFSET, (byte) random.nextInt(random.nextBoolean() ? 4 : 256));
            filler.fill(header, bytes);
        });
    }

    private void send(String what, int fid, int length, int block, byte[] message) {
        Expected request = new Expected(what + " of " + length, statusesOf(fid), (status, information) ->
                stage.check(status != LwioStatus.SUCCESS || information == length,
                        what + " of " + length + " gave " + information));
        if (block < 0) {
            request(message, request);
        } else {
            raw.memory.setWord(block, IoStatusBlock.PENDING);
            blocks.put(block, request);
            outstanding++;
            post(what, message);
        }
    }

    private RdmaRegion[] pages(int length) {
        RdmaRegion[] pages = new RdmaRegion[RdmaRegion.pagesOf(length, PAGE)];
        for (int i = 0; i < pages.length; i++) {
            pages[i] = new RdmaRegion(raw.memory.address() + DATA_AT + (long) i * PAGE, raw.memory.handle(),
                    Math.min(PAGE, length - i * PAGE));
        }
        return pages;
    }

    private void request(byte[] message, Expected answer) {
        expected.put(new CommonHeader().wrap(Hex.buffer(message), 0).cookie(), answer);
        outstanding++;
        post(answer.what, message);
    }

    private void post(String what, byte[] message) {
        last = what;
        try {
            raw.send(message);
        } catch (VerbsException e) {
            // Its end is on the way.
            stage.check(conduct != Conduct.LAWFUL || !authenticated, "a lawful " + what + " could not be sent: " + e);
        }
    }

    // ---- what it may not say

    private void doomed(String what, byte[] message) {
        conduct = Conduct.DOOMED;
        post(what, message);
    }

    private void breakRule() {
        if (outstanding >= credits || open.isEmpty()) {
            return;
        }
        int fid = open.get(random.nextInt(open.size()));
        if (random.nextInt(20) == 0) {
            writeToTheServer();
            return;
        }
        ClientMisdeed misdeed = ClientMisdeed.values()[random.nextInt(ClientMisdeed.values().length)];
        // A READ that is cancelled in time goes nowhere.
        if (misdeed != ClientMisdeed.READ_INTO_FOREIGN_MEMORY || !cancelled.contains(fid)) {
            doomed(misdeed.name(), misdeed.message(raw, random, fid, foreign));
        }
    }

    private void writeToTheServer() {
        conduct = Conduct.DOOMED;
        last = "an RDMA write to the server";
        try {
            raw.pair.postSend(new WorkRequest().write(1, random.nextLong(), random.nextInt(1000))
                    .inline(ByteBuffer.allocate(8), 0, 8));
        } catch (VerbsException e) {
            stage.check(false, "an RDMA write could not be posted: " + e);
        }
    }

    /** Something that nobody can say what it is. */
    private void wild() {
        conduct = conduct == Conduct.DOOMED ? conduct : Conduct.WILD;
        byte[] message = switch (random.nextInt(6)) {
            case 0 -> bytes(random.nextInt(300));
            case 1 -> anyMessage();
            case 2 -> {
                byte[] cut = anyMessage();
                yield Arrays.copyOf(cut, random.nextInt(cut.length + 1));
            }
            case 3 -> raw.credit(random.nextInt(9) - 4);
            default -> {
                byte[] damaged = anyMessage();
                for (int i = random.nextInt(3); i >= 0; i--) {
                    damaged[random.nextInt(CommonHeader.BYTES)] = (byte) random.nextInt();
                }
                yield damaged;
            }
        };
        // Now and then more than there are credits for.
        for (int i = random.nextInt(20) == 0 ? 20 : 1; i > 0; i--) {
            post("something wild", message);
        }
    }

    private byte[] anyMessage() {
        int fid = random.nextInt(4);
        return switch (random.nextInt(9)) {
            case 0 -> raw.register(2 + random.nextInt(FILES), random.nextInt() & FidParams.KNOWN_FLAGS);
            case 1 -> raw.write(fid, random.nextInt(100), random.nextInt(100));
            case 2 -> raw.read(fid, random.nextInt(100), raw.memory.address() + DATA_AT, raw.memory.handle());
            case 3 -> raw.readVectored(fid, random.nextInt(10_000), random.nextInt(4),
                    pages(1 + random.nextInt(10_000)));
            case 4 -> raw.writeVectored(fid, random.nextBoolean() ? 0x80 : 0xA0, random.nextInt(10_000),
                    random.nextInt(4), random.nextBoolean() ? PAGE : random.nextInt(5000));
            case 5 -> raw.polled(random.nextBoolean() ? Opcode.READ : Opcode.WRITE, fid, 8, 8, 8 * random.nextInt(64));
            case 6 -> raw.interrupt();
            case 7 -> raw.credit(random.nextInt(7) - 3);
            default -> raw.message(Opcode.values()[random.nextInt(10)], random.nextInt(256), random.nextInt(100),
                    random.nextInt(100), (header, bytes) -> header.fid(fid));
        };
    }

    private byte[] bytes(int length) {
        byte[] bytes = new byte[length];
        random.nextBytes(bytes);
        return bytes;
    }

    // ---- what it hears

    /** Takes in what has come, and looks whether it may have. */
    void takeIn() {
        for (WorkCompletion next = raw.poll(); next != null; next = raw.poll()) {
            if (next.opcode() == WorkOpcode.DISCONNECT) {
                endSeen();
            } else if (next.status() == WorkStatus.SUCCESS) {
                heard(next);
                raw.repost(next);
            }
        }
        blocks.entrySet().removeIf(entry -> {
            long word = raw.memory.getWord(entry.getKey());
            if (word == IoStatusBlock.PENDING || conduct != Conduct.LAWFUL) {
                return false;
            }
            try {
                answered(entry.getValue(), IoStatusBlock.status(word), IoStatusBlock.information(word));
            } catch (LwioException e) {
                stage.check(false, "a status block that is none: " + e.getMessage());
            }
            return true;
        });
    }

    private void endSeen() {
        ended = true;
        stage.check(conduct != Conduct.LAWFUL || over || !authenticated,
                "a connection that broke no rule was ended after " + last + ", cause " + raw.pair.cause());
    }

    private void heard(WorkCompletion message) {
        if (conduct != Conduct.LAWFUL) {
            return;
        }
        if (message.opcode() == WorkOpcode.RECEIVE_WITH_IMMEDIATE) {
            Expected read = expected.remove((long) message.immediate());
            stage.check(read != null, "immediate data " + message.immediate() + " of no read");
            answered(read, LwioStatus.SUCCESS, Integer.parseInt(read.what.substring(read.what.lastIndexOf(' ') + 1)));
            return;
        }
        ByteBuffer bytes = raw.receivedBytes();
        int at = raw.placeOf(message);
        LwioStatus status;
        try {
            status = StatusResponse.status(bytes, at);
        } catch (LwioException e) {
            throw new AssertionError(stage + ": an answer that is none: " + e.getMessage(), e);
        }
        long cookie = StatusResponse.cookie(bytes, at);
        int information = StatusResponse.information(bytes, at);
        if (!authenticated) {
            authenticated(status);
        } else if (cookie == StatusResponse.CREDIT_COOKIE && status == LwioStatus.NOTIFY_CREDIT) {
            creditsChange(information);
        } else {
            Expected request = expected.remove(cookie);
            stage.check(request != null, "an answer to nothing: cookie " + cookie + ", " + status);
            answered(request, status, information);
        }
    }

    private void authenticated(LwioStatus status) {
        if (status != LwioStatus.SUCCESS) {
            stage.check(status == LwioStatus.INSUFFICIENT_RESOURCES, "a right AUTH was answered with " + status);
            conduct = Conduct.DOOMED;
            return;
        }
        byte[] params = new byte[AuthParams.SERVER_BYTES];
        raw.memory.buffer().get(0, params);
        try {
            AuthParams server = AuthParams.decodeServer(params);
            raw.sessionId = server.sessionId().getAsLong();
            raw.sequence = server.baseSequence();
            credits = server.credits();
            raw.maxReceiveBytes = server.maxRecvBufferSize();
        } catch (LwioException e) {
            throw new AssertionError(stage + ": the server's AUTH_PARAMS are none", e);
        }
        authenticated = true;
        int small = ChecksumPieces.maxBytes(FuzzStage.SMALL_IO_BYTES);
        int large = ChecksumPieces.maxBytes(FuzzStage.IO_BYTES);
        stage.check(raw.maxReceiveBytes == small || raw.maxReceiveBytes == large,
                raw.maxReceiveBytes + " bytes were granted");
        stage.seeGrant(raw.maxReceiveBytes == large);
    }

    /** The most that a WRITE may have without checksums. */
    private int maxWrite() {
        return Math.min(FuzzStage.IO_BYTES, raw.maxReceiveBytes);
    }

    private void creditsChange(int delta) {
        stage.check(owed.isEmpty(), "a second change of credits before the first was over");
        stage.check(delta != 0 && credits + delta >= 1, credits + " credits were changed by " + delta);
        if (delta > 0) {
            int unused = random.nextInt(delta + 1);
            credits += delta - unused;
            owed.add(unused);
        } else {
            for (int left = delta; left < 0; left++) {
                owed.add(left);
            }
        }
    }

    private void answered(Expected request, LwioStatus status, int information) {
        stage.check(request.statuses.contains(status),
                request.what + " was answered with " + status + ", not one of " + request.statuses);
        outstanding--;
        request.then.with(status, information);
    }

    // ---- the end

    /** Goes away in the middle of things. */
    void leave() {
        over = true;
        raw.close();
    }

    boolean hasEnded() {
        takeIn();
        return ended;
    }

    /** Whether nothing is owed to it, or by it; pays what is. What may end is not waited for, what has to end is. */
    boolean isSettled() {
        takeIn();
        if (ended || over || conduct == Conduct.WILD) {
            return true;
        }
        if (conduct == Conduct.DOOMED) {
            return false;
        }
        if (!owed.isEmpty() && outstanding < credits) {
            payCredit();
        }
        return outstanding == 0 && owed.isEmpty();
    }

    @Override
    public String toString() {
        return conduct + " after " + last + ", " + outstanding + " requests unanswered: " + expected.values() + blocks;
    }
}
