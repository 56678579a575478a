package io.batonfs.bench.transport;

import io.batonfs.transport.verbs.Nic;
import io.batonfs.transport.verbs.VerbsException;
import io.batonfs.transport.verbs.WorkStatus;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** Echoes by a queue pair, one request at a time: the caller posts, and waits or polls until the answer has come. */
abstract class VerbsClient implements Connection, VerbsEnd.Taker {
    private final VerbsEnd end;
    private volatile ByteBuffer target;

    private VerbsClient(Nic nic, VerbsEnd.Attendance attendance) throws IOException {
        end = new VerbsEnd(nic, this, attendance);
    }

    /** One that waits and drives the wire meanwhile. */
    static VerbsClient waiting(Nic nic, String address) throws IOException {
        return new Waiting(nic).connected(nic, address);
    }

    /** One that looks until the answer is there. */
    static VerbsClient polling(Nic nic, String address) throws IOException {
        return new Polling(nic).connected(nic, address);
    }

    final VerbsClient connected(Nic nic, String address) throws IOException {
        nic.connect(end.pair(), address);
        return this;
    }

    final VerbsEnd end() {
        return end;
    }

    /** Nothing has been answered. */
    abstract void begin();

    /** The answer is there. */
    abstract void answered();

    @Override
    public final void send(Request request) throws VerbsException {
        if (request.operation() != Operation.ECHO) {
            throw new UnsupportedOperationException("only echoes go without LWIO, not " + request.operation());
        }
        target = request.data();
        begin();
        end.send(request.message(), 0, request.lengthBytes());
    }

    @Override
    public final void take(ByteBuffer buffer, int at, int lengthBytes) {
        target.put(0, buffer, at, lengthBytes);
        answered();
    }

    @Override
    public final void close() {
        end.pair().disconnect();
    }

    private static final class Waiting extends VerbsClient {
        private static final long PATIENCE_NANOS = TimeUnit.MILLISECONDS.toNanos(TransportClient.PATIENCE_MS);

        /** Set before the request is posted, so that who brings the answer sees it. */
        private volatile CompletableFuture<Void> answered = new CompletableFuture<>();

        Waiting(Nic nic) throws IOException {
            super(nic, VerbsEnd.Attendance.RUNG);
        }

        @Override
        void begin() {
            answered = new CompletableFuture<>();
        }

        @Override
        void answered() {
            answered.complete(null);
        }

        @Override
        public void receive(Request request) throws Exception {
            CompletableFuture<Void> answer = answered;
            if (!answer.isDone() && !end().pair().await(answer, PATIENCE_NANOS)) {
                throw new IOException("the server does not answer");
            }
            answer.get();
        }

        @Override
        public void ended(WorkStatus cause) {
            answered.completeExceptionally(new IOException("the connection has ended: " + cause));
        }
    }

    /** Its fields are the polling thread's. */
    private static final class Polling extends VerbsClient {
        private final Patience patience = new Patience();
        private boolean answered;
        private WorkStatus ending;

        Polling(Nic nic) throws IOException {
            super(nic, VerbsEnd.Attendance.POLLED);
        }

        @Override
        void begin() {
            answered = false;
        }

        @Override
        void answered() {
            answered = true;
        }

        @Override
        public void receive(Request request) throws IOException {
            while (!answered) {
                if (ending != null) {
                    throw new IOException("the connection has ended: " + ending);
                }
                if (!end().look()) {
                    patience.nothing();
                }
            }
            patience.found();
        }

        @Override
        public void ended(WorkStatus cause) {
            ending = cause;
        }
    }
}
