package io.batonfs.transport.wire;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.batonfs.transport.verbs.Nic;
import io.batonfs.transport.verbs.VerbsContract;
import java.io.IOException;

/** The contract over loopback, between two wires; nothing may be left of them. */
class TcpVerbsTest extends VerbsContract {
    private TcpWire listening;
    private TcpWire connecting;

    @Override
    protected Nic listeningNic() throws IOException {
        listening = new TcpWire(TcpWireConfig.DEFAULT);
        return new Nic(listening);
    }

    @Override
    protected Nic connectingNic() throws IOException {
        connecting = new TcpWire(TcpWireConfig.DEFAULT);
        return new Nic(connecting);
    }

    @Override
    protected String address() {
        return "localhost:0";
    }

    @Override
    protected void stopWire() {
        connecting.close();
        listening.close();
        for (TcpWire wire : new TcpWire[] {connecting, listening}) {
            assertEquals(0, wire.counters().openChannels());
            assertEquals(0, wire.queuedBytes());
            assertEquals(0, wire.counters().violations());
        }
    }
}
