package io.batonfs.bench.transport;

import io.batonfs.transport.verbs.Nic;
import io.batonfs.transport.wire.InProcessWire;
import io.batonfs.transport.wire.SharedMemoryWire;
import io.batonfs.transport.wire.SharedMemoryWireConfig;
import io.batonfs.transport.wire.TcpWire;
import io.batonfs.transport.wire.TcpWireConfig;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;

/** Baton's wires with their default configurations, each with a server for messages and one for LWIO behind it. */
final class Wires {
    private static final String BASE = "base";
    private static final String VERBS = "verbs";
    private static final String LWIO = "lwio";
    private static final String DOORBELL = "doorbell-";
    private static final String ANY_PORT = "127.0.0.1:0";

    private Wires() {
    }

    /** TCP over the loopback interface. */
    static Served serveTcp() throws IOException {
        TcpWire wire = new TcpWire(TcpWireConfig.DEFAULT);
        Nic nic = new Nic(wire);
        return messages(nic, ANY_PORT, closing(nic, wire)).with(Lwio.serve(nic, ANY_PORT, LWIO));
    }

    private static Served messages(Nic nic, String address, Closeable server) throws IOException {
        return new Served(Map.of(VERBS, VerbsServer.listen(nic, address)), server);
    }

    static TransportClient overTcp(Load load, ServerFacts server, Service service) throws IOException {
        if (service == Service.DOORBELL) {
            throw new UnsupportedOperationException("the TCP wire has no mode in which it never looks");
        }
        TcpWire wire = new TcpWire(TcpWireConfig.DEFAULT);
        Nic nic = new Nic(wire);
        return client(load, server, service, nic, "", closing(nic, wire));
    }

    /** Shared memory, by one wire that looks for a while and one that never does; who takes messages in polls. */
    static Served serveSharedMemory(Path memory) throws IOException {
        SharedMemoryWire wire = new SharedMemoryWire(config(memory, SharedMemoryWireConfig.DEFAULT.spinMicros()));
        SharedMemoryWire sleeping = new SharedMemoryWire(config(memory, 0));
        Nic nic = new Nic(wire);
        Nic sleepingNic = new Nic(sleeping);
        return new Served(Map.of(), closing(nic, wire))
                .with(VerbsServer.poll(nic, VERBS, VERBS))
                .with(new Served(Map.of(BASE, memory.toString()), closing(sleepingNic, sleeping)))
                .with(Lwio.serve(nic, LWIO, LWIO))
                .with(Lwio.serve(sleepingNic, DOORBELL + LWIO, DOORBELL + LWIO));
    }

    static TransportClient overSharedMemory(Load load, ServerFacts server, Service service) throws IOException {
        boolean sleeps = service == Service.DOORBELL;
        SharedMemoryWire wire = new SharedMemoryWire(config(Path.of(server.get(BASE)),
                sleeps ? 0 : SharedMemoryWireConfig.DEFAULT.spinMicros()));
        Nic nic = new Nic(wire);
        return client(load, server, service, nic, sleeps ? DOORBELL : "", closing(nic, wire));
    }

    private static SharedMemoryWireConfig config(Path base, int spinMicros) {
        SharedMemoryWireConfig usual = SharedMemoryWireConfig.DEFAULT;
        return new SharedMemoryWireConfig(base, usual.admittedUsers(), usual.ioThreads(), spinMicros, usual.slots(),
                usual.areaBytes(), usual.wideAreaBytes(), usual.handshakeTimeoutMs(), usual.maxHandshakes(), usual.backlog(),
                usual.stalledPeerTimeoutMs(), usual.closeTimeoutMs(), usual.maxMessageBytes(), usual.maxQueuedBytes(),
                usual.queueBudgetBytes(), usual.maxMemoryBytes());
    }

    /** Client and server in this process. */
    static TransportClient inProcess(Load load, Service service) throws IOException {
        if (service == Service.DOORBELL) {
            throw new UnsupportedOperationException("within a process nobody sleeps: who asks does the server's work");
        }
        InProcessWire wire = new InProcessWire();
        Nic nic = new Nic(wire);
        Nic server = new Nic(wire);
        Served served = messages(server, VERBS, server).with(Lwio.serve(server, LWIO, LWIO));
        ServerFacts facts = ServerFacts.none();
        facts.values().putAll(served.addresses());
        return client(load, facts, service, nic, "", () -> {
            nic.close();
            served.server().close();
        });
    }

    private static TransportClient client(
            Load load, ServerFacts server, Service service, Nic nic, String prefix, Closeable shared)
            throws IOException {
        if (service == Service.VERBS) {
            String address = server.get(VERBS);
            boolean polls = nic.providerNames().contains(SharedMemoryWire.PROVIDER);
            return new CallingClient(load, server, () -> polls
                    ? VerbsClient.polling(nic, address) : VerbsClient.waiting(nic, address), shared);
        }
        return Lwio.client(load, server, nic, server.get(prefix + LWIO), service == Service.POLLING, shared);
    }

    private static Closeable closing(Nic nic, Closeable wire) {
        return () -> {
            nic.close();
            wire.close();
        };
    }
}
