package io.batonfs.bench.transport;

import io.aeron.Aeron;
import io.aeron.CommonContext;
import io.aeron.ExclusivePublication;
import io.aeron.Publication;
import io.aeron.Subscription;
import io.aeron.driver.MediaDriver;
import io.aeron.driver.ThreadingMode;
import io.aeron.logbuffer.FragmentHandler;
import io.aeron.logbuffer.Header;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Map;
import java.util.Queue;
import org.agrona.CloseHelper;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * Aeron between two processes: a stream each way over {@code aeron:ipc}, exclusive publications, publisher and
 * subscriber spinning, fragments as large as they can be and handled as they come. The media driver is in the server's
 * process, all of it in one thread (SHARED) with Aeron's own back-off: over IPC no byte passes through it, and of two
 * processors the publisher and the subscriber have one each; a driver that spins on threads of its own (DEDICATED)
 * would take time from both. Terms of 16 MiB stay in the cache of the last level.
 */
final class AeronIpc {
    private static final String DIRECTORY = "aeron";
    private static final int REQUESTS = 1;
    private static final int ANSWERS = 2;
    private static final int TERM_BYTES = 16 << 20;
    /** The most that a datagram could carry, and so the most that a fragment may be. */
    private static final int FRAGMENT_BYTES = 65504;
    /** The most of one message; Aeron's limit is an eighth of a term. */
    private static final int MESSAGE_BYTES = 1 << 20;
    private static final int FRAGMENTS = 10;

    private AeronIpc() {
    }

    /** Starts the driver and a server. */
    static Served serve(Path memory) {
        String directory = memory.resolve(DIRECTORY).toString();
        MediaDriver driver = MediaDriver.launch(new MediaDriver.Context().aeronDirectoryName(directory)
                .dirDeleteOnStart(true).dirDeleteOnShutdown(true).threadingMode(ThreadingMode.SHARED)
                .ipcTermBufferLength(TERM_BYTES).ipcMtuLength(FRAGMENT_BYTES));
        Aeron aeron = Aeron.connect(new Aeron.Context().aeronDirectoryName(directory));
        Server server = new Server(aeron);
        Thread thread = new Thread(server::serve, "aeron-server");
        thread.setDaemon(true);
        thread.start();
        return new Served(Map.of(DIRECTORY, directory), () -> {
            server.ending = true;
            try {
                thread.join();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            CloseHelper.closeAll(aeron, driver);
        });
    }

    /** Connects. */
    static TransportClient client(Load load, ServerFacts server) throws IOException {
        if (load.connections() > 1) {
            throw new UnsupportedOperationException("a stream takes 96 MiB of shared memory: one connection only");
        }
        Aeron aeron = Aeron.connect(new Aeron.Context().aeronDirectoryName(server.get(DIRECTORY)));
        return new CallingClient(load, server, () -> new Asking(aeron), aeron::close);
    }

    /** Publishes bytes, as several messages if there are many. */
    private static void publish(ExclusivePublication to, UnsafeBuffer view, ByteBuffer bytes) throws IOException {
        view.wrap(bytes, bytes.position(), bytes.remaining());
        Patience patience = new Patience();
        int at = 0;
        while (at < view.capacity()) {
            int length = Math.min(MESSAGE_BYTES, view.capacity() - at);
            long position = to.offer(view, at, length);
            if (position == Publication.CLOSED || position == Publication.MAX_POSITION_EXCEEDED) {
                throw new IOException("the stream has ended: " + position);
            }
            if (position > 0) {
                at += length;
                patience.found();
            } else {
                // Not connected yet, or as much is under way as there is room for.
                patience.nothing();
            }
        }
    }

    /** The server's streams, owned by its thread. */
    private static final class Server {
        private final Subscription requests;
        private final ExclusivePublication answers;
        private final UnsafeBuffer view = new UnsafeBuffer(0, 0);
        private final IncomingRequest request = new IncomingRequest(new ServedFile());
        private volatile boolean ending;

        Server(Aeron aeron) {
            requests = aeron.addSubscription(CommonContext.IPC_CHANNEL, REQUESTS);
            answers = aeron.addExclusivePublication(CommonContext.IPC_CHANNEL, ANSWERS);
        }

        void serve() {
            Attention attention = new Attention();
            FragmentHandler handler = (buffer, offset, length, header) -> {
                try {
                    take(buffer, offset, length);
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            };
            while (!ending) {
                if (requests.poll(handler, FRAGMENTS) > 0) {
                    attention.found();
                } else {
                    attention.nothing();
                }
            }
        }

        private void take(DirectBuffer buffer, int offset, int length) throws IOException {
            int at = offset;
            while (at < offset + length) {
                at += fill(buffer, at, offset + length - at, request.wanted());
                if (!request.wanted().hasRemaining() && request.isComplete()) {
                    publish(answers, view, request.answer());
                }
            }
        }
    }

    /** Copies as much as is there and wanted; returns how much. */
    private static int fill(DirectBuffer from, int at, int there, ByteBuffer wanted) {
        int length = Math.min(there, wanted.remaining());
        from.getBytes(at, wanted, length);
        return length;
    }

    /** The client's end. */
    private static final class Asking implements Connection {
        private final Subscription answers;
        private final ExclusivePublication requests;
        private final UnsafeBuffer view = new UnsafeBuffer(0, 0);
        private final Queue<Request> unanswered = new ArrayDeque<>();
        private final FragmentHandler handler = this::take;

        Asking(Aeron aeron) {
            answers = aeron.addSubscription(CommonContext.IPC_CHANNEL, ANSWERS);
            requests = aeron.addExclusivePublication(CommonContext.IPC_CHANNEL, REQUESTS);
        }

        @Override
        public void send(Request request) throws IOException {
            unanswered.add(request);
            publish(requests, view, request.message());
            if (request.operation() == Operation.WRITE) {
                publish(requests, view, request.data());
            }
        }

        private void take(DirectBuffer buffer, int offset, int length, Header header) {
            int at = offset;
            while (at < offset + length) {
                Request request = unanswered.element();
                at += fill(buffer, at, offset + length - at, request.answer());
                if (!request.answer().hasRemaining()) {
                    unanswered.remove();
                }
            }
        }

        @Override
        public void receive(Request request) throws IOException {
            Patience patience = new Patience();
            while (unanswered.peek() == request) {
                if (answers.poll(handler, FRAGMENTS) == 0) {
                    patience.nothing();
                } else {
                    patience.found();
                }
            }
            request.checkReceipt();
        }

        @Override
        public void close() {
            CloseHelper.closeAll(requests, answers);
        }
    }
}
