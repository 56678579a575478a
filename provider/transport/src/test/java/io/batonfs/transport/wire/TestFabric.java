package io.batonfs.transport.wire;

import io.batonfs.transport.verbs.Wire;
import java.io.IOException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** Two NICs' ways to each other, for suites that are run over each wire; closing it checks that the wire leaves nothing. */
public interface TestFabric extends AutoCloseable {

    /** The server's end. */
    Wire listening();

    /** The client's end. */
    Wire connecting();

    /** Where to listen. */
    String address();

    /** Once the NICs are closed. */
    @Override
    void close();

    /** Both ends on one in-process wire. */
    static TestFabric inProcess() {
        return new OneWire(new InProcessWire(), () -> { });
    }

    /** A wire that ends requests later and has no immediate data. */
    static TestFabric queueing() {
        ExecutorService thread = Executors.newSingleThreadExecutor();
        return new OneWire(new QueueingWire(thread, false), thread::shutdown);
    }

    /** Two TCP wires over loopback. */
    static TestFabric tcp() throws IOException {
        return new TwoTcpWires(new TcpWire(TcpWireConfig.DEFAULT), new TcpWire(TcpWireConfig.DEFAULT));
    }

    /** Two shared-memory wires below a directory of their own. */
    static TestFabric sharedMemory() throws IOException {
        SharedMemoryWireConfig config = SharedMemoryTests.config(SharedMemoryTests.newBase());
        return new TwoSharedMemoryWires(new SharedMemoryWire(config), new SharedMemoryWire(config));
    }

    /** Both ends on one. */
    record OneWire(Wire wire, Runnable end) implements TestFabric {
        @Override
        public Wire listening() {
            return wire;
        }

        @Override
        public Wire connecting() {
            return wire;
        }

        @Override
        public String address() {
            return "server";
        }

        @Override
        public void close() {
            end.run();
        }
    }

    /** One each. */
    record TwoTcpWires(TcpWire listening, TcpWire connecting) implements TestFabric {
        @Override
        public String address() {
            return "localhost:0";
        }

        @Override
        public void close() {
            connecting.close();
            listening.close();
            for (TcpWire wire : new TcpWire[] {listening, connecting}) {
                TestFabric.check("sockets", wire.counters().openChannels());
                TestFabric.check("handshakes", wire.counters().handshakes());
                TestFabric.check("bytes queued", wire.queuedBytes());
                TestFabric.check("connections that broke a rule", wire.counters().violations());
            }
        }
    }

    /** One each. */
    record TwoSharedMemoryWires(SharedMemoryWire listening, SharedMemoryWire connecting) implements TestFabric {
        @Override
        public String address() {
            return "server-*";
        }

        @Override
        public void close() {
            connecting.close();
            listening.close();
            SharedMemoryTests.checkNothingLeft(listening);
            SharedMemoryTests.checkNothingLeft(connecting);
            SharedMemoryTests.removeBase(listening.config().baseDirectory());
        }
    }

    /** Nothing may be left of something. */
    static void check(String what, long count) {
        if (count != 0) {
            throw new AssertionError(count + " " + what + " left behind");
        }
    }
}
