package io.batonfs.transport.wire;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.batonfs.transport.verbs.Nic;
import io.batonfs.transport.verbs.Wire;
import java.io.IOException;
import org.junit.jupiter.api.Test;

/** The same within a process, where who waits does the server's work himself. */
class WaitingThreadsInProcessTest extends WaitingThreadsTest {
    private final InProcessWire fabric = new InProcessWire();

    @Override
    Wire newWire() {
        return fabric;
    }

    @Override
    String address() {
        return "server";
    }

    /** It has nothing to end but its connections. */
    @Override
    void close(Wire wire, Nic nic) throws IOException {
        nic.close();
    }

    /** Here the doorbell is run by who posts, so he hears of it. */
    @Test
    @Override
    void anErrorInADoorbellCostsNobodyElse() throws Exception {
        beforeAnswer = () -> {
            throw new OutOfMemoryError("no memory for what was asked");
        };
        Asker asker = new Asker();
        assertThrows(OutOfMemoryError.class, asker::ask);
        beforeAnswer = () -> { };
        everyAnswerComes(1, 1, 1, 5);
    }

    @Override
    void checkNothingLeft(Wire wire) {
        assertEquals(0, ((InProcessWire) wire).keeper().slots());
    }
}
