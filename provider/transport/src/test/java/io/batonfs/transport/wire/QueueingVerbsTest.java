package io.batonfs.transport.wire;

import io.batonfs.transport.verbs.Nic;
import io.batonfs.transport.verbs.VerbsContract;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** The contract holds for wires that end requests later, too. */
class QueueingVerbsTest extends VerbsContract {
    private final ExecutorService thread = Executors.newSingleThreadExecutor();
    private final QueueingWire fabric = new QueueingWire(thread, true);

    @Override
    protected Nic listeningNic() {
        return new Nic(fabric);
    }

    @Override
    protected Nic connectingNic() {
        return new Nic(fabric);
    }

    @Override
    protected String address() {
        return "there";
    }

    @Override
    protected void stopWire() {
        thread.shutdown();
    }
}
