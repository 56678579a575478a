package io.batonfs.transport.wire;

import io.batonfs.transport.verbs.Nic;
import io.batonfs.transport.verbs.VerbsContract;
import java.io.IOException;

/** The contract over loopback, between two wires; nothing may be left of them. */
class TcpVerbsTest extends VerbsContract {
    private TestFabric fabric;

    private TestFabric fabric() throws IOException {
        if (fabric == null) {
            fabric = TestFabric.tcp();
        }
        return fabric;
    }

    @Override
    protected Nic listeningNic() throws IOException {
        return new Nic(fabric().listening());
    }

    @Override
    protected Nic connectingNic() throws IOException {
        return new Nic(fabric().connecting());
    }

    @Override
    protected String address() {
        return "localhost:0";
    }

    @Override
    protected void stopWire() {
        fabric.close();
    }
}
