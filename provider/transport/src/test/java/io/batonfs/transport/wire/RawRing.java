package io.batonfs.transport.wire;

import java.io.Closeable;
import java.io.EOFException;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** A client of the shared-memory wire that has the socket and the memory in its own hands, and may do anything. */
final class RawRing implements Closeable {
    final SocketChannel socket;
    private final SharedMemoryAddress address;
    private SharedMemoryHello answer;
    RingLayout layout;
    RingMemory memory;
    FileChannel file;

    RawRing(Path base, String address) throws IOException {
        this.address = SharedMemoryAddress.parse(base, address);
        socket = SocketChannel.open(StandardProtocolFamily.UNIX);
        socket.connect(this.address.resolve());
    }

    /** Through the handshake, but for MAPPED. */
    static RawRing mapped(Path base, String address) throws IOException {
        RawRing raw = new RawRing(base, address);
        raw.send(SharedMemoryHello.of(SharedMemoryHello.Kind.HELLO, 1 << 20).encode());
        raw.answer = raw.hello();
        if (raw.answer.kind() != SharedMemoryHello.Kind.ACCEPTED) {
            throw new AssertionError(raw.answer);
        }
        raw.layout = new RingLayout(raw.answer.slots(), raw.answer.areaBytes());
        raw.memory = RingFile.open(raw.path(), raw.layout);
        raw.file = FileChannel.open(raw.path(), StandardOpenOption.READ, StandardOpenOption.WRITE);
        return raw;
    }

    /** Through the whole of it. */
    static RawRing greeted(Path base, String address) throws IOException {
        RawRing raw = mapped(base, address);
        raw.send(SharedMemoryHello.of(SharedMemoryHello.Kind.MAPPED, 1).encode());
        return raw;
    }

    /** The ring file, as long as it has a name. */
    Path path() {
        return address.directory().resolve(answer.fileName());
    }

    void send(ByteBuffer bytes) throws IOException {
        while (bytes.hasRemaining()) {
            socket.write(bytes);
        }
    }

    SharedMemoryHello hello() throws IOException {
        return SharedMemoryHello.decode(bytes(SharedMemoryHello.BYTES));
    }

    ByteBuffer bytes(int length) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(length);
        while (bytes.hasRemaining()) {
            if (socket.read(bytes) < 0) {
                throw new EOFException(bytes.position() + " of " + length);
            }
        }
        return bytes.flip();
    }

    /** Fills a slot with whatever, and publishes it. */
    void slot(int number, RingSlot.Kind kind, int flags, int messageBytes, int pieceBytes, long address, int handle,
            int place) {
        int at = layout.slot(RingEnd.CONNECTING, number);
        memory.putInt(at + RingSlot.MESSAGE_BYTES_OFFSET, messageBytes);
        memory.putInt(at + RingSlot.PIECE_BYTES_OFFSET, pieceBytes);
        if (kind != RingSlot.Kind.SEND) {
            memory.putLong(at + RingSlot.ADDRESS_OFFSET, address);
            memory.putInt(at + RingSlot.HANDLE_OFFSET, handle);
        }
        if ((flags & RingSlot.FLAG_INLINE) == 0) {
            memory.putInt(at + RingSlot.PLACE_OFFSET, place);
        }
        memory.setLongRelease(at, RingSlot.word(number + 1, kind, flags, 0));
    }

    /** A SEND of zeros, inline. */
    void message(int number, int length) {
        slot(number, RingSlot.Kind.SEND, RingSlot.FLAG_INLINE, length, length, 0, 0, 0);
    }

    void word(int offset, int value) {
        memory.setIntRelease(offset, value);
    }

    void said(int taken, int delivered) {
        memory.setLongRelease(layout.said(RingEnd.CONNECTING), taken & 0xffff_ffffL | (long) delivered << 32);
    }

    /** Rings, whether the other end sleeps or not. */
    void ring() throws IOException {
        send(ByteBuffer.allocate(1));
    }

    int ending() {
        return memory.getIntAcquire(layout.ending(RingEnd.LISTENING));
    }

    /** Reads until the other end has closed, by whatever means. */
    void awaitEnd() throws IOException {
        ByteBuffer some = ByteBuffer.allocate(8192);
        try {
            while (socket.read(some.clear()) >= 0) {
                Thread.onSpinWait();
            }
        } catch (IOException e) {
            if (!socket.isOpen()) {
                throw e;
            }
            // Reset: that is an end, too.
        }
    }

    @Override
    public void close() throws IOException {
        socket.close();
        if (file != null) {
            file.close();
            memory.close();
        }
    }
}
