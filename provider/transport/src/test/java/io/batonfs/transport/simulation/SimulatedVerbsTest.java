package io.batonfs.transport.simulation;

import io.batonfs.transport.verbs.Nic;
import io.batonfs.transport.verbs.VerbsContract;

/** The contract over packets without faults. */
class SimulatedVerbsTest extends VerbsContract {
    private static final long SEED = Long.getLong("simulation.seed", System.nanoTime());

    static {
        System.out.println("-Dsimulation.seed=" + SEED);
    }

    private DrivenNetwork fabric;

    /** What happens to packets. */
    FaultRates rates() {
        return FaultRates.NONE;
    }

    private DrivenNetwork fabric() {
        if (fabric == null) {
            fabric = new DrivenNetwork(rates(), ReliableLinkConfig.DEFAULT.withoutProbes(), SEED);
        }
        return fabric;
    }

    @Override
    protected Nic listeningNic() {
        return new Nic(fabric().listening);
    }

    @Override
    protected Nic connectingNic() {
        return new Nic(fabric().connecting);
    }

    @Override
    protected String address() {
        return "server:data";
    }

    @Override
    protected void stopWire() {
        fabric.close();
    }
}
