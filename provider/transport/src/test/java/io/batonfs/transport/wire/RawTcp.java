package io.batonfs.transport.wire;

import io.batonfs.transport.verbs.WorkOpcode;
import java.io.Closeable;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.net.SocketException;
import java.nio.ByteBuffer;

/** A client with a plain socket, which may say anything. */
final class RawTcp implements Closeable {
    final Socket socket;

    RawTcp(String address) throws IOException {
        TcpAddress parsed = TcpAddress.parse(address);
        socket = new Socket(parsed.host(), parsed.port());
        socket.setTcpNoDelay(true);
    }

    /** Through the handshake. */
    static RawTcp greeted(String address) throws IOException {
        RawTcp raw = new RawTcp(address);
        raw.send(TcpHello.of(TcpHello.Kind.HELLO, TcpWireConfig.DEFAULT).encode());
        TcpHello answer = raw.hello();
        if (answer.kind() != TcpHello.Kind.ACCEPTED) {
            throw new AssertionError(answer);
        }
        return raw;
    }

    static byte[] array(ByteBuffer bytes) {
        byte[] array = new byte[bytes.remaining()];
        bytes.get(bytes.position(), array);
        return array;
    }

    /** A frame of a SEND with a payload of zeros. */
    static byte[] sendFrame(int length) {
        return sendFrame(length, false);
    }

    /** The same, whose sender may wait for the acknowledgement. */
    static byte[] sendFrame(int length, boolean acknowledgeAtOnce) {
        byte[] bytes = new byte[TcpFrame.BYTES + length];
        new TcpFrame().message(WorkOpcode.SEND, length, 0, 0, 0, acknowledgeAtOnce, 0).bytes().get(bytes, 0, TcpFrame.BYTES);
        return bytes;
    }

    void send(byte[] bytes) throws IOException {
        socket.getOutputStream().write(bytes);
    }

    void send(ByteBuffer bytes) throws IOException {
        send(array(bytes));
    }

    TcpHello hello() throws IOException {
        return TcpHello.decode(ByteBuffer.wrap(bytes(TcpHello.BYTES)));
    }

    TcpFrame frame() throws IOException {
        TcpFrame frame = new TcpFrame();
        frame.bytes().put(bytes(TcpFrame.BYTES));
        frame.check(1 << 30);
        return frame;
    }

    byte[] bytes(int length) throws IOException {
        byte[] bytes = socket.getInputStream().readNBytes(length);
        if (bytes.length < length) {
            throw new EOFException(bytes.length + " of " + length);
        }
        return bytes;
    }

    /** Reads until the other end has closed, by whatever means. */
    void awaitEnd() throws IOException {
        InputStream in = socket.getInputStream();
        byte[] some = new byte[8192];
        try {
            while (in.read(some) >= 0) {
                Thread.onSpinWait();
            }
        } catch (SocketException e) {
            if (socket.isClosed()) {
                throw e;
            }
            // Reset: that is an end, too.
        }
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
