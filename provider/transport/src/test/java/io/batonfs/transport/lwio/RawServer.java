package io.batonfs.transport.lwio;

import io.batonfs.transport.verbs.Listening;
import io.batonfs.transport.verbs.Nic;
import io.batonfs.transport.verbs.VerbsException;
import io.batonfs.transport.verbs.WorkRequest;
import io.batonfs.transport.wire.TestFabric;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.OptionalLong;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;

/** A server that speaks verbs by hand: it takes one connection and does to it what a test says. */
final class RawServer implements Closeable {
    final UUID clientKey = new UUID(1, 2);
    final byte[] serverKey = new byte[16];
    final byte[] secret = new byte[32];
    final Nic serverNic;
    final Nic clientNic;
    final RawPeer peer;
    private final Listening listening;
    private final TestFabric fabric;

    /** @param fabric closed with this */
    RawServer(TestFabric fabric) throws IOException {
        this.fabric = fabric;
        new Random(7).nextBytes(secret);
        serverNic = new Nic(fabric.listening());
        clientNic = new Nic(fabric.connecting());
        peer = new RawPeer(serverNic);
        listening = serverNic.listen(fabric.address(), request -> {
            try {
                request.accept(peer.pair);
            } catch (VerbsException e) {
                throw new AssertionError(e);
            }
        });
    }

    /** Connects a client on another thread, so that this one can play the server. */
    CompletableFuture<LwioConnection> connect(LwioClientConfig config) {
        return connect(config, address());
    }

    String address() {
        return listening.address();
    }

    /** The same by way of somebody between. */
    CompletableFuture<LwioConnection> connect(LwioClientConfig config, String address) {
        CompletableFuture<LwioConnection> connecting = new CompletableFuture<>();
        Thread thread = new Thread(() -> {
            try {
                connecting.complete(LwioClient.connect(clientNic, address, config, clientKey, serverKey, secret));
            } catch (IOException | RuntimeException e) {
                connecting.completeExceptionally(e);
            }
        });
        thread.start();
        return connecting;
    }

    /** The next request. */
    CommonHeader request() throws Exception {
        return new CommonHeader().wrap(peer.receivedBytes(), peer.receive());
    }

    byte[] params() {
        return new AuthParams(4096, 1, 1 << 20, 16, 1 << 20, 4, Guid.bytesOf(clientKey), OptionalLong.of(99))
                .encode(secret);
    }

    void write(long address, int handle, byte[] bytes) throws VerbsException {
        peer.pair.postSend(new WorkRequest().write(1, address, handle)
                .inline(ByteBuffer.wrap(bytes), 0, bytes.length));
    }

    void answer(long cookie, int information, int status) throws VerbsException {
        ByteBuffer answer = Hex.buffer(StatusResponse.BYTES);
        answer.putLong(0, cookie).putInt(8, information).putInt(12, status);
        peer.send(answer.array());
    }

    /** Lets the client in. */
    LwioConnection accepted(LwioClientConfig config) throws Exception {
        return accepted(config, address());
    }

    /** The same by way of somebody between. */
    LwioConnection accepted(LwioClientConfig config, String address) throws Exception {
        CompletableFuture<LwioConnection> connecting = connect(config, address);
        CommonHeader auth = request();
        write(auth.dataVa(), auth.dataMh(), params());
        answer(auth.cookie(), AuthParams.SERVER_INFORMATION, 0);
        return connecting.get();
    }

    @Override
    public void close() throws IOException {
        listening.close();
        peer.close();
        clientNic.close();
        serverNic.close();
        fabric.close();
    }
}
