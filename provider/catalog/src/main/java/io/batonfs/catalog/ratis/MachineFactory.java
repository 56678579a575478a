package io.batonfs.catalog.ratis;

import io.batonfs.catalog.machine.ReplicatedMachine;
import io.batonfs.catalog.store.TableStore;
import java.io.IOException;

/** Makes the machine over tables; called at each start, and again when tables arrive from another peer. */
@FunctionalInterface
public interface MachineFactory {

    /**
     * A machine that continues from what the tables hold, which may be nothing.
     *
     * @throws IOException if the tables cannot be read, or a newer machine wrote them
     */
    ReplicatedMachine create(TableStore tables) throws IOException;
}
