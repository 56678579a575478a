package io.batonfs.client.network;

import io.batonfs.model.BatonException;
import io.batonfs.model.ErrorCode;
import io.batonfs.transport.lwio.LwioClient;
import io.batonfs.transport.lwio.LwioClientConfig;
import io.batonfs.transport.lwio.LwioConnection;
import io.batonfs.transport.lwio.NegotiateResponse;
import io.batonfs.transport.lwio.ProviderEntry;
import io.batonfs.transport.verbs.Nic;
import io.batonfs.transport.verbs.Wire;
import java.io.Closeable;
import java.io.IOException;
import java.util.List;
import java.util.UUID;

/**
 * LWIO over wires of its own. Wires, card and thread come with the first connection, so that a program that only asks
 * for names and attributes has none of them. Thread-safe; what is opened is guarded by this object.
 */
final class DataSide implements Closeable {
    private final Wires wires;
    private Opened opened;
    private boolean closed;

    DataSide(Wires wires) {
        this.wires = wires;
    }

    /** What it can connect by. */
    List<ProviderEntry> providers() throws IOException {
        return lwio().providers();
    }

    /** A new authenticated connection; see {@link LwioClient#open(NegotiateResponse, UUID, byte[])}. */
    LwioConnection connect(NegotiateResponse answer, UUID clientKey, byte[] authSecret) throws IOException {
        return lwio().open(answer, clientKey, authSecret);
    }

    private synchronized LwioClient lwio() throws IOException {
        if (closed) {
            throw new BatonException(ErrorCode.INVALID_ARGUMENT,
                    "the connection to the group is closed; open the file system again");
        }
        if (opened == null) {
            List<PluggedWire> plugged = wires.open();
            Nic nic = new Nic(plugged.stream().map(PluggedWire::wire).toList());
            opened = new Opened(plugged, nic, new LwioClient(nic, LwioClientConfig.DEFAULT, DataSide::daemon));
        }
        return opened.lwio;
    }

    /** A thread that does not keep the JVM alive: Hadoop's users don't always close file systems. */
    private static Thread daemon(Runnable task) {
        Thread thread = new Thread(task, "baton-lwio-client");
        thread.setDaemon(true);
        return thread;
    }

    @Override
    public void close() throws IOException {
        Opened ending;
        synchronized (this) {
            closed = true;
            ending = opened;
            opened = null;
        }
        if (ending != null) {
            // From the top down: each uses the next.
            try {
                ending.lwio.close();
            } finally {
                try {
                    ending.nic.close();
                } finally {
                    for (PluggedWire each : ending.wires) {
                        each.end.close();
                    }
                }
            }
        }
    }

    private record Opened(List<PluggedWire> wires, Nic nic, LwioClient lwio) {
    }

    /**
     * A wire and what ends it.
     *
     * @param wire the wire
     * @param end  closes it
     */
    record PluggedWire(Wire wire, Closeable end) {

        /** One that closes itself. */
        static <W extends Wire & Closeable> PluggedWire of(W wire) {
            return new PluggedWire(wire, wire);
        }
    }

    /** Makes wires. */
    interface Wires {

        /** New ones, the first to be tried first. */
        List<PluggedWire> open() throws IOException;
    }
}
