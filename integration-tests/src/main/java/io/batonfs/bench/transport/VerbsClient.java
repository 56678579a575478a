package io.batonfs.bench.transport;

import io.batonfs.transport.verbs.Nic;
import io.batonfs.transport.verbs.VerbsException;
import io.batonfs.transport.verbs.WorkStatus;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** Echoes by a queue pair: the caller posts, and drives the wire until the answer has come. One request at a time. */
final class VerbsClient implements Connection, VerbsEnd.Taker {
    private static final long PATIENCE_NANOS = TimeUnit.MILLISECONDS.toNanos(TransportClient.PATIENCE_MS);

    private final VerbsEnd end;
    /** Set before the request is posted, so that who brings the answer sees both. */
    private volatile CompletableFuture<Void> answered = new CompletableFuture<>();
    private volatile ByteBuffer target;

    VerbsClient(Nic nic, String address) throws IOException {
        end = new VerbsEnd(nic, this);
        nic.connect(end.pair(), address);
    }

    @Override
    public void send(Request request) throws VerbsException {
        if (request.operation() != Operation.ECHO) {
            throw new UnsupportedOperationException("only echoes go without LWIO, not " + request.operation());
        }
        target = request.data();
        answered = new CompletableFuture<>();
        end.send(request.message(), 0, request.lengthBytes());
    }

    @Override
    public void receive(Request request) throws Exception {
        CompletableFuture<Void> answer = answered;
        if (!answer.isDone() && !end.pair().await(answer, PATIENCE_NANOS)) {
            throw new IOException("the server does not answer");
        }
        answer.get();
    }

    @Override
    public void take(ByteBuffer buffer, int at, int lengthBytes) {
        target.put(0, buffer, at, lengthBytes);
        answered.complete(null);
    }

    @Override
    public void ended(WorkStatus cause) {
        answered.completeExceptionally(new IOException("the connection has ended: " + cause));
    }

    @Override
    public void close() {
        end.pair().disconnect();
    }
}
