package io.batonfs.transport.lwio;

import io.batonfs.transport.verbs.Nic;
import io.batonfs.transport.verbs.QueuePairState;
import io.batonfs.transport.verbs.VerbsException;
import io.batonfs.transport.verbs.WorkCompletion;
import io.batonfs.transport.verbs.WorkOpcode;
import io.batonfs.transport.verbs.WorkRequest;
import io.batonfs.transport.verbs.WorkStatus;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.OptionalLong;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.UUID;

/**
 * One connection of a server that answers rightly, wrongly, late, twice or not at all, and says what nobody asked for.
 * It knows the secret: so it gets past AUTH, if it likes. What its client says is checked, since the client is the real
 * one. Acts when something comes, by the scheduler's tasks, and when told. One thread.
 */
final class FuzzingServer {
    private static final int OUTGOING_BYTES = 64 * 1024;
    /** Of all answers that its client can be waiting for. */
    private static final int MAX_SENDS = 512;
    /** Of the longest request of its client. */
    private static final int RECEIVE_BYTES =
            CommonHeader.BYTES + ChecksumPieces.maxBytes(HostileServerFuzzTest.IO_BYTES);

    final UUID clientKey;
    final byte[] serverKey = new byte[16];
    final byte[] secret = new byte[32];
    private final FuzzStage stage;
    private final SplittableRandom random;
    /** Of a thousand answers, so many are wrong in some way. */
    private final int wrongs;
    private final RawPeer raw;
    private final List<Request> held = new ArrayList<>();
    private final Set<Integer> checksummed = new HashSet<>();
    private boolean lawful = true;
    private String lastWrong = "nothing";
    private boolean ended;
    /** Whether it has done what no client may put up with. */
    private boolean unbearable;
    private boolean authenticated;
    /** A READ that was answered: its memory is its caller's again. */
    private Request answeredRead;
    private int sequence;
    private int nextFid = 1;
    private int granted;
    /** Credits offered, or asked for as a negative number, as long as that is not over. */
    private int delta;
    /** CREDIT messages that are to come for that, and that are to be answered. */
    private int creditsToCome;
    private int creditsToAnswer;

    /** A request, copied from its receive buffer. */
    private record Request(
            Opcode opcode, boolean polled, int length, int fid, long va, int mh, int immediate, long cookie, int count,
            List<RdmaRegion> regions, long offset, boolean wantsChecksums) {
    }

    /** @param wrongs of a thousand answers; with 0 it keeps to all rules */
    FuzzingServer(FuzzStage stage, Nic nic, SplittableRandom random, int wrongs) throws IOException {
        this.stage = stage;
        this.random = random;
        this.wrongs = wrongs;
        clientKey = new UUID(random.nextLong(), random.nextLong());
        random.nextBytes(serverKey);
        random.nextBytes(secret);
        raw = new RawPeer(nic, MAX_SENDS, RECEIVE_BYTES, OUTGOING_BYTES, 64);
    }

    RawPeer raw() {
        return raw;
    }

    /** Whether it has kept to all rules so far. */
    boolean isLawful() {
        return lawful;
    }

    /** Whether its client has to end the connection, for what it has done if for nothing else. */
    boolean isUnbearable() {
        return unbearable;
    }

    void begin() {
        react();
    }

    private void react() {
        do {
            for (WorkCompletion next = raw.poll(); next != null; next = raw.poll()) {
                if (next.opcode() == WorkOpcode.DISCONNECT) {
                    ended = true;
                    return;
                }
                if (next.status() == WorkStatus.SUCCESS) {
                    Request request = heard(next);
                    raw.repost(next);
                    act(request);
                }
            }
        } while (!raw.armed(() -> stage.scheduler.execute(this::react)));
    }

    private Request heard(WorkCompletion message) {
        ByteBuffer bytes = raw.receivedBytes();
        int at = raw.placeOf(message);
        CommonHeader header = new CommonHeader().wrap(bytes, at);
        Opcode opcode;
        List<RdmaRegion> regions = new ArrayList<>();
        boolean wantsChecksums = false;
        try {
            opcode = header.check();
            for (int i = 0; opcode == Opcode.VEC_READ && i < header.numPages(); i++) {
                regions.add(RdmaRegion.decode(bytes, at + CommonHeader.BYTES + i * RdmaRegion.BYTES));
            }
            if (opcode == Opcode.REGISTER) {
                FidParams params = FidParams.decode(bytes, at + CommonHeader.BYTES);
                wantsChecksums = (params.flags() & FidParams.FLAG_CHECKSUMMED) != 0;
            }
        } catch (LwioException e) {
            throw new AssertionError(stage + ": the client said something wrong: " + e.getMessage(), e);
        }
        stage.check(header.sequence() == sequence,
                "the client's sequence is " + header.sequence() + ", not " + sequence);
        sequence = sequence + 1 & 0xFFFF;
        if (opcode == Opcode.CREDIT && lawful) {
            checkCredit(header.creditCount());
        }
        return new Request(opcode, !header.isInterruptMode(), header.length(), header.fid(), header.dataVa(),
                header.dataMh(), header.immediateCookie(), header.cookie(), header.creditCount(), regions,
                header.offset(), wantsChecksums);
    }

    private void act(Request request) {
        try {
            // What is unbearable is left alone, to see that it is enough.
            int chance = request.opcode == Opcode.AUTH ? 3 * wrongs : wrongs;
            if (!unbearable && random.nextInt(1000) < chance) {
                lawful = false;
                wrong(request);
            } else if (request.opcode != Opcode.AUTH && random.nextInt(4) == 0) {
                held.add(request);
            } else {
                right(request);
            }
        } catch (VerbsException e) {
            unsent(e);
        }
    }

    /** The connection has ended; if only right things were said, then because the client has left. */
    private void unsent(VerbsException e) {
        stage.check(!lawful || raw.pair.state() == QueuePairState.ERROR
                && raw.pair.cause() != WorkStatus.RECEIVER_NOT_READY, "what was right could not be said: " + e);
    }

    /** Something of its own accord: an answer that was held, a change of credits, or a wrong. */
    void stir() {
        if (ended || !authenticated) {
            return;
        }
        try {
            int choice = random.nextInt(10);
            if (choice < 6 && !held.isEmpty()) {
                right(held.remove(random.nextInt(held.size())));
            } else if (choice < 9) {
                changeCredits();
            } else if (!unbearable && wrongs > 0 && random.nextInt(8) == 0 && answeredRead != null) {
                lawful = false;
                lastWrong = "a late write";
                raw.writeSome(answeredRead.va, answeredRead.mh, answeredRead.length);
            } else if (!unbearable && random.nextInt(1000) < wrongs) {
                lawful = false;
                unasked();
            }
        } catch (VerbsException e) {
            unsent(e);
        }
    }

    /** Answers all that it has held back. */
    void answerHeld() {
        List<Request> all = List.copyOf(held);
        held.clear();
        for (Request request : all) {
            try {
                right(request);
            } catch (VerbsException e) {
                return;
            }
        }
    }

    void disconnect() {
        raw.close();
    }

    // ---- what is right

    private void right(Request request) throws VerbsException {
        switch (request.opcode) {
            case AUTH -> authenticate(request, params(1 << 20, 1 << 20, 1 + random.nextInt(4)));
            case REGISTER -> {
                if (request.wantsChecksums) {
                    checksummed.add(nextFid);
                }
                answer(request.cookie, nextFid++, LwioStatus.SUCCESS.code());
            }
            case CREDIT -> credit(request);
            case READ -> {
                answeredRead = request;
                int sums = checksummed.contains(request.fid)
                        ? ChecksumPieces.count(request.offset, request.length) * ChecksumPieces.CRC_BYTES : 0;
                if (!request.polled && stage.clientNic.carriesImmediate()) {
                    raw.writeSome(request.va, request.mh, request.length + sums);
                    raw.pair.postSend(
                            new WorkRequest().writeWithImmediate(1, request.va, request.mh, request.immediate));
                } else {
                    raw.writeSome(request.va, request.mh, request.length + sums);
                    done(request, request.length, 0);
                }
            }
            case VEC_READ -> {
                for (RdmaRegion region : request.regions) {
                    raw.writeSome(region.dataVa(), region.dataMh(), region.lengthBytes());
                }
                done(request, request.length, 0);
            }
            case WRITE, VEC_WRITE -> done(request, request.length, 0);
            default -> done(request, 0, 0);
        }
    }

    /** One message for credits that were offered; for those asked for as many as there are, counting up to -1. */
    private void checkCredit(int count) {
        stage.check(creditsToCome > 0 && (delta > 0 ? count >= 0 && count <= delta : count == -creditsToCome),
                "a CREDIT says " + count + " for a change by " + delta + ", " + creditsToCome + " to come");
        creditsToCome--;
    }

    private void credit(Request request) throws VerbsException {
        answer(request.cookie, 0, request.count < 0 ? LwioStatus.NOTIFY_CREDIT.code() : 0);
        granted += delta > 0 ? delta - request.count : -1;
        creditsToAnswer--;
        if (creditsToAnswer == 0) {
            delta = 0;
        }
    }

    private void changeCredits() throws VerbsException {
        if (delta != 0) {
            return;
        }
        delta = random.nextBoolean() || granted <= 1 ? 1 + random.nextInt(9) : -1 - random.nextInt(granted - 1);
        creditsToCome = delta > 0 ? 1 : -delta;
        creditsToAnswer = creditsToCome;
        answer(StatusResponse.CREDIT_COOKIE, delta, LwioStatus.NOTIFY_CREDIT.code());
    }

    private void done(Request request, int information, int status) throws VerbsException {
        if (request.polled) {
            block(request, information, status);
        } else {
            answer(request.cookie, information, status);
        }
    }

    private void block(Request request, int information, int status) throws VerbsException {
        ByteBuffer block = Hex.buffer(IoStatusBlock.BYTES).putInt(0, information).putInt(4, status);
        raw.pair.postSend(new WorkRequest().write(1, request.cookie, request.immediate)
                .inline(block, 0, IoStatusBlock.BYTES));
    }

    private void answer(long cookie, int information, int status) throws VerbsException {
        ByteBuffer answer = Hex.buffer(StatusResponse.BYTES);
        answer.putLong(0, cookie).putInt(8, information).putInt(12, status);
        raw.send(answer.array());
    }

    private byte[] params(int window, int receive, int credits) {
        granted = credits;
        return new AuthParams(4096, 1, window, 16, receive, credits, Guid.bytesOf(clientKey), OptionalLong.of(99))
                .encode(secret);
    }

    private void authenticate(Request auth, byte[] params) throws VerbsException {
        raw.pair.postSend(new WorkRequest().write(1, auth.va, auth.mh)
                .inline(ByteBuffer.wrap(params), 0, params.length));
        answer(auth.cookie, AuthParams.SERVER_INFORMATION, 0);
        authenticated = true;
    }

    // ---- what is not

    private void wrong(Request request) throws VerbsException {
        if (request.opcode == Opcode.AUTH) {
            wrongAuth(request);
            return;
        }
        int choice = random.nextInt(19);
        lastWrong = choice + " to " + request.opcode;
        switch (choice) {
            case 0 -> {
                unbearable = true;
                answer(random.nextLong() | Long.MIN_VALUE, random.nextInt(), 0);
            }
            case 1 -> {
                unbearable = !request.polled;
                answer(request.cookie + (random.nextBoolean() ? 0x10000 : -0x10000), request.length, 0);
            }
            case 2 -> answer(0, extreme(), LwioStatus.NOTIFY_CREDIT.code());
            case 3 -> done(request, extreme(), 0);
            case 4 -> done(request, request.length, random.nextInt());
            case 5 -> {
                unbearable = true;
                raw.send(bytes(random.nextInt(StatusResponse.BYTES) + random.nextInt(2) * (StatusResponse.BYTES + 1)));
            }
            case 6 -> {
                right(request);
                right(request);
            }
            case 7 -> raw.pair.postSend(new WorkRequest().writeWithImmediate(1, request.va, request.mh,
                    random.nextBoolean() ? request.immediate : random.nextInt()));
            case 8 -> raw.writeSome(request.va + request.length, request.mh, 1 + random.nextInt(4096));
            case 9 -> raw.writeSome(request.va, random.nextInt(100), 1 + random.nextInt(100));
            case 10 -> {
                for (int i = random.nextInt(6); i >= 0; i--) {
                    raw.pair.postSend(new WorkRequest().write(1, request.cookie + 8L * (i - 2), request.immediate)
                            .inline(ByteBuffer.wrap(bytes(8)), 0, 8));
                }
            }
            case 11 -> answer((long) random.nextInt(4) << 16 | random.nextInt(8), request.length, 0);
            case 12 -> {
                unbearable = request.opcode != Opcode.CREDIT && !request.polled;
                answer(request.cookie, 0, LwioStatus.NOTIFY_CREDIT.code());
            }
            case 13 -> raw.close();
            case 14 -> raw.send(bytes(StatusResponse.BYTES));
            case 15 -> {
                for (int i = random.nextInt(40); i >= 0; i--) {
                    done(request, 0, 0);
                }
            }
            case 16 -> done(request, 0, LwioStatus.values()[random.nextInt(LwioStatus.values().length)].code());
            case 17 -> {
                // Never answered.
            }
            default -> unasked();
        }
    }

    private void unasked() throws VerbsException {
        switch (random.nextInt(5)) {
            case 0 -> answer(0, extreme(), LwioStatus.NOTIFY_CREDIT.code());
            case 1 -> answer((long) random.nextInt(4) << 16 | random.nextInt(8), 0, 0);
            case 2 -> raw.pair.postSend(new WorkRequest().writeWithImmediate(1, 0, 0, random.nextInt()));
            case 3 -> raw.pair.postSend(new WorkRequest().send(1));
            default -> {
                for (int i = 0; i < 40; i++) {
                    answer(0, 1, LwioStatus.NOTIFY_CREDIT.code());
                }
            }
        }
    }

    private int extreme() {
        int[] values = {0, 1, -1, 2, -2, 65535, 65536, -65536, Integer.MAX_VALUE, Integer.MIN_VALUE, random.nextInt()};
        return values[random.nextInt(values.length)];
    }

    private void wrongAuth(Request auth) throws VerbsException {
        int choice = random.nextInt(9);
        lastWrong = choice + " to AUTH";
        switch (choice) {
            case 0 -> {
                byte[] params = params(1 << 20, 1 << 20, 4);
                params[random.nextInt(params.length)] ^= (byte) (1 << random.nextInt(8));
                authenticate(auth, params);
            }
            // Sizes that a client can do little with, and credits that it has no use for.
            case 1 -> authenticate(auth, params(1 + random.nextInt(100), 1 + random.nextInt(100), 65535));
            case 2 -> authenticate(auth, params(Integer.MAX_VALUE, Integer.MAX_VALUE, 1));
            case 3 -> answer(auth.cookie, AuthParams.SERVER_INFORMATION, 0);
            case 4 -> answer(auth.cookie, 0, 0xC0000022);
            case 5 -> {
                // Silence.
            }
            case 6 -> raw.close();
            case 7 -> {
                answer(0, extreme(), LwioStatus.NOTIFY_CREDIT.code());
                authenticate(auth, params(1 << 20, 1 << 20, 4));
                answer(0, extreme(), LwioStatus.NOTIFY_CREDIT.code());
            }
            default -> {
                authenticate(auth, params(1 << 20, 1 << 20, 4));
                answer(auth.cookie, AuthParams.SERVER_INFORMATION, 0);
            }
        }
    }

    private byte[] bytes(int length) {
        byte[] bytes = new byte[length];
        random.nextBytes(bytes);
        return bytes;
    }

    @Override
    public String toString() {
        return (lawful ? "a lawful server" : "a server whose last wrong was " + lastWrong) + (ended ? ", ended" : "")
                + ", granted " + granted + ", delta " + delta + ", held " + Arrays.toString(held.toArray());
    }
}
