package io.batonfs.transport.lwio;

import io.batonfs.transport.verbs.AccessRight;
import io.batonfs.transport.verbs.CompletionQueue;
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
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.EnumSet;
import java.util.OptionalLong;
import java.util.UUID;

/** A peer that speaks verbs by hand and so can say anything. Used by one thread. */
final class RawPeer implements Closeable {
    static final int RECEIVES = 64;
    static final int RECEIVE_BYTES = 4096;
    static final int MEMORY_BYTES = 1 << 20;
    private static final int SEND_BYTES = 1 << 20;

    final Nic nic;
    final ProtectionDomain domain;
    final QueuePair pair;
    final MemoryRegion memory;
    final CompletionQueue sends;
    private final CompletionQueue receives;
    private final int receiveBytes;
    private final MemoryRegion received;
    private final MemoryRegion outgoing;
    private final WorkCompletion[] one = WorkCompletion.batch(1);
    int sequence;
    long sessionId;
    int credits;
    /** What may follow a header, as the server has told. */
    int maxReceiveBytes;

    RawPeer(Nic nic) throws IOException {
        this(nic, 64, RECEIVE_BYTES, 4 << 20, MEMORY_BYTES);
    }

    /**
     * @param maxSends      that may be under way
     * @param receiveBytes  the longest message that it takes
     * @param outgoingBytes the longest message that it can send
     * @param memoryBytes   of {@link #memory}
     */
    RawPeer(Nic nic, int maxSends, int receiveBytes, int outgoingBytes, int memoryBytes) throws IOException {
        this.nic = nic;
        this.receiveBytes = receiveBytes;
        domain = nic.allocateDomain();
        sends = nic.createCompletionQueue();
        receives = nic.createCompletionQueue();
        pair = nic.createQueuePair(new QueuePairOptions(domain, sends, receives, maxSends, RECEIVES, this));
        received = domain.allocate(RECEIVES * receiveBytes, EnumSet.of(AccessRight.LOCAL_WRITE));
        outgoing = domain.allocate(outgoingBytes, EnumSet.noneOf(AccessRight.class));
        memory = domain.allocate(memoryBytes, EnumSet.of(AccessRight.REMOTE_WRITE));
        for (int i = 0; i < RECEIVES; i++) {
            pair.postReceive(i, received, i * receiveBytes, receiveBytes);
        }
    }

    static RawPeer connect(LwioFixture fixture) throws IOException {
        RawPeer peer = new RawPeer(fixture.clientNic);
        fixture.clientNic.connect(peer.pair, fixture.address);
        return peer;
    }

    /** Connected and authenticated. */
    static RawPeer authenticated(LwioFixture fixture) throws Exception {
        return authenticated(fixture, fixture.clientNic);
    }

    /** The same over another NIC. */
    static RawPeer authenticated(LwioFixture fixture, Nic nic) throws Exception {
        return authenticated(fixture, nic, SEND_BYTES);
    }

    /** The same, of a client that says that it sends no more than so many bytes behind a header. */
    static RawPeer authenticated(LwioFixture fixture, Nic nic, int sendBytes) throws Exception {
        RawPeer peer = new RawPeer(nic);
        nic.connect(peer.pair, fixture.address);
        UUID clientKey = UUID.randomUUID();
        AuthKeys.Issued issued = fixture.keys.issue(clientKey);
        peer.send(peer.auth(authParams(issued, sendBytes)));
        Answer answer = peer.answer();
        if (answer.status() != LwioStatus.SUCCESS) {
            throw new AssertionError(answer);
        }
        byte[] params = new byte[AuthParams.SERVER_BYTES];
        peer.memory.buffer().get(0, params);
        AuthParams server = AuthParams.decodeServer(params);
        peer.sessionId = server.sessionId().getAsLong();
        peer.credits = server.credits();
        peer.maxReceiveBytes = server.maxRecvBufferSize();
        peer.sequence = server.baseSequence();
        return peer;
    }

    static byte[] authParams(AuthKeys.Issued issued) {
        return authParams(issued, SEND_BYTES);
    }

    static byte[] authParams(AuthKeys.Issued issued, int sendBytes) {
        return new AuthParams(4096, 0, 1 << 20, sendBytes, 16, 16, Guid.bytesOf(issued.serverKey()),
                OptionalLong.empty()).encode(issued.secret());
    }

    byte[] auth(byte[] params) {
        ByteBuffer message = Hex.buffer(CommonHeader.BYTES + params.length);
        new CommonHeader().wrap(message, 0).begin(Opcode.AUTH, 0x80, message.capacity(), 77)
                .data(memory.address(), memory.handle());
        message.put(CommonHeader.BYTES, params);
        return message.array();
    }

    /** A message with the next sequence; the filler may spoil anything. */
    byte[] message(Opcode opcode, int flags, int length, int bytesAfterHeader, Filler filler) {
        ByteBuffer message = Hex.buffer(CommonHeader.BYTES + bytesAfterHeader);
        CommonHeader header = new CommonHeader().wrap(message, 0).begin(opcode, flags, length, 1000 + sequence)
                .sequence(sequence);
        sequence = sequence + 1 & 0xFFFF;
        filler.fill(header, message);
        return message.array();
    }

    interface Filler {
        void fill(CommonHeader header, ByteBuffer message);
    }

    byte[] register(long file, int flags) {
        return message(Opcode.REGISTER, 0x80, 84, FidParams.BYTES, (header, message) ->
                new FidParams(MemoryFiles.key(file), sessionId, flags).encode(message, CommonHeader.BYTES));
    }

    int registered(long file, int flags) throws Exception {
        send(register(file, flags));
        Answer answer = answer();
        if (answer.status() != LwioStatus.SUCCESS) {
            throw new AssertionError(answer);
        }
        return answer.information();
    }

    byte[] read(int fid, int length, long va, int mh) {
        return message(Opcode.READ, 0x80, length, 0, (header, message) -> header.fid(fid).data(va, mh)
                .immediateCookie(5));
    }

    byte[] write(int fid, int length, int bytesSent) {
        return message(Opcode.WRITE, 0x80, length, bytesSent, (header, message) -> header.fid(fid));
    }

    /** The segments that a right VEC_READ of so many bytes into {@link #memory} has. */
    RdmaRegion[] segments(int length) {
        RdmaRegion[] segments = new RdmaRegion[RdmaRegion.pagesOf(length, 4096)];
        for (int i = 0; i < segments.length; i++) {
            segments[i] = new RdmaRegion(memory.address() + i * 8192L, memory.handle(),
                    Math.min(4096, length - i * 4096));
        }
        return segments;
    }

    byte[] readVectored(int fid, int length, int numPages, RdmaRegion... segments) {
        return message(Opcode.VEC_READ, 0x80, length, segments.length * RdmaRegion.BYTES, (header, message) -> {
            header.fid(fid).pages(numPages, 4096).immediateCookie(5);
            for (int i = 0; i < segments.length; i++) {
                segments[i].encode(message, CommonHeader.BYTES + i * RdmaRegion.BYTES);
            }
        });
    }

    byte[] writeVectored(int fid, int flags, int length, int numPages, int bytesSent) {
        return message(Opcode.VEC_WRITE, flags, length, bytesSent,
                (header, message) -> header.fid(fid).pages(numPages, 4096));
    }

    /** In polling mode: data at 8192 of {@link #memory}, the IO_STATUS_BLOCK at an offset of it. */
    byte[] polled(Opcode opcode, int fid, int length, int bytesSent, int statusAt) {
        return message(opcode, 0, length, bytesSent, (header, message) -> {
            header.fid(fid).immediateCookie(memory.handle());
            if (opcode == Opcode.READ) {
                header.data(memory.address() + 8192, memory.handle());
            }
            message.putLong(CommonHeader.COOKIE_OFFSET, memory.address() + statusAt);
        });
    }

    byte[] credit(int count) {
        return message(Opcode.CREDIT, 0x80, 48, 0, (header, message) -> header.offset((long) count << 32));
    }

    byte[] interrupt() {
        return message(Opcode.INTERRUPT, 0xC0, 48, 0, (header, message) -> { });
    }

    void send(byte[] bytes) throws VerbsException {
        outgoing.buffer().put(0, bytes);
        pair.postSend(new WorkRequest().send(1).gather(outgoing, 0, bytes.length));
    }

    /** Sends several messages of which the other end hears only when all are there. */
    void sendTogether(byte[]... messages) throws VerbsException {
        int at = 0;
        for (byte[] bytes : messages) {
            outgoing.buffer().put(at, bytes);
            pair.postSendQuietly(new WorkRequest().send(1).gather(outgoing, at, bytes.length));
            at += bytes.length;
        }
        pair.flush();
    }

    /** Has some of the bytes that it sent last, or zeros, written to the other end's memory. */
    void writeSome(long address, int handle, int length) throws VerbsException {
        pair.postSend(new WorkRequest().write(1, address, handle).gather(outgoing, 0, length));
    }

    /** An answer of the other end. */
    record Answer(long cookie, int information, LwioStatus status) {
    }

    /** The next STATUS_RESPONSE. */
    Answer answer() throws Exception {
        int at = receive();
        ByteBuffer bytes = received.buffer();
        return new Answer(StatusResponse.cookie(bytes, at), StatusResponse.information(bytes, at),
                StatusResponse.status(bytes, at));
    }

    /** The next message: where its bytes stand in {@link #receivedBytes}. */
    int receive() throws Exception {
        WorkCompletion next = next();
        if (next.opcode() != WorkOpcode.RECEIVE || next.status() != WorkStatus.SUCCESS) {
            throw new AssertionError(next.toString());
        }
        return placeOf(next);
    }

    /** Has a doorbell rung, by a thread of the wire, when something comes next; all that came was looked at. */
    void onNext(Runnable doorbell) {
        if (!armed(doorbell)) {
            throw new AssertionError("something has come already");
        }
    }

    /** The same; false if something has come already. */
    boolean armed(Runnable doorbell) {
        return receives.arm(byWire -> doorbell.run());
    }

    MemoryRegion receivedRegion() {
        return received;
    }

    ByteBuffer receivedBytes() {
        return received.buffer();
    }

    WorkCompletion next() throws InterruptedException {
        if (receives.await(one, 100) != 1) {
            throw new AssertionError("nothing came");
        }
        return one[0];
    }

    /** What has come, without waiting for it; null if nothing has. Good until the next call. */
    WorkCompletion poll() {
        return receives.poll(one) == 1 ? one[0] : null;
    }

    /** Where the bytes of a received message stand in {@link #receivedBytes}. */
    int placeOf(WorkCompletion message) {
        return (int) message.id() * receiveBytes;
    }

    /** Posts the receive of a message again; false if the connection has ended. */
    boolean repost(WorkCompletion message) {
        try {
            pair.postReceive(message.id(), received, placeOf(message), receiveBytes);
            return true;
        } catch (VerbsException e) {
            return false;
        }
    }

    /** Takes in everything until the connection is gone; the last status answered, or null. */
    LwioStatus awaitEnd() throws Exception {
        LwioStatus last = null;
        while (true) {
            WorkCompletion next = next();
            if (next.opcode() == WorkOpcode.DISCONNECT) {
                return last;
            }
            if (next.opcode() == WorkOpcode.RECEIVE && next.status() == WorkStatus.SUCCESS) {
                last = StatusResponse.status(received.buffer(), placeOf(next));
            }
        }
    }

    @Override
    public void close() {
        pair.disconnect();
        domain.close();
    }
}
