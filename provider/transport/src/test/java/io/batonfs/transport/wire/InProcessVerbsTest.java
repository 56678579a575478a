package io.batonfs.transport.wire;

import io.batonfs.transport.verbs.Nic;
import io.batonfs.transport.verbs.VerbsContract;

class InProcessVerbsTest extends VerbsContract {
    private final InProcessWire fabric = new InProcessWire();

    @Override
    protected Nic listeningNic() {
        return new Nic(fabric);
    }

    @Override
    protected Nic connectingNic() {
        return new Nic(fabric);
    }

    @Override
    protected boolean reaches() {
        return true;
    }

    @Override
    protected String address() {
        return "here";
    }
}
