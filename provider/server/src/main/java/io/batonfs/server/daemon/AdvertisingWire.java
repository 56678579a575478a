package io.batonfs.server.daemon;

import io.batonfs.transport.verbs.Errand;
import io.batonfs.transport.verbs.Listening;
import io.batonfs.transport.verbs.Wire;
import io.batonfs.transport.verbs.WireEndpoint;
import io.batonfs.transport.verbs.WireLink;
import java.io.IOException;
import java.util.concurrent.CompletableFuture;

/**
 * A wire whose listeners call themselves by the host that clients are told, at the port that they have got: a socket
 * bound to every address has none that a client could connect to. Thread-safe; the wire belongs to the caller.
 */
final class AdvertisingWire implements Wire {
    private final Wire wire;
    private final String host;

    AdvertisingWire(Wire wire, String host) {
        this.wire = wire;
        this.host = host;
    }

    @Override
    public String providerName() {
        return wire.providerName();
    }

    @Override
    public boolean carriesImmediate() {
        return wire.carriesImmediate();
    }

    @Override
    public Listening listen(String address, Acceptor acceptor) throws IOException {
        Listening listening;
        try {
            listening = wire.listen(address, acceptor);
        } catch (IOException e) {
            throw Ports.cannotListen(DaemonKey.DATA_ADDRESS, address, e);
        }
        String advertised = new HostPort(host, HostPort.parse(listening.address()).port()).toString();
        return new Listening() {
            @Override
            public String address() {
                return advertised;
            }

            @Override
            public void close() throws IOException {
                listening.close();
            }
        };
    }

    @Override
    public WireLink connect(String address, WireEndpoint local) throws IOException {
        return wire.connect(address, local);
    }

    @Override
    public boolean lend(Errand errand) {
        return wire.lend(errand);
    }

    @Override
    public boolean await(CompletableFuture<?> answer, long timeoutNanos) throws InterruptedException {
        return wire.await(answer, timeoutNanos);
    }
}
