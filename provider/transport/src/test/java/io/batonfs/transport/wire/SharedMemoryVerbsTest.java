package io.batonfs.transport.wire;

import io.batonfs.transport.verbs.Nic;
import io.batonfs.transport.verbs.VerbsContract;
import java.io.IOException;

/** The contract over shared memory, between two wires; nothing may be left of them. */
class SharedMemoryVerbsTest extends VerbsContract {
    private TestFabric fabric;

    private TestFabric fabric() throws IOException {
        if (fabric == null) {
            fabric = TestFabric.sharedMemory();
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
        return "server";
    }

    @Override
    protected void stopWire() {
        fabric.close();
    }
}
