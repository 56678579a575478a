package io.batonfs.transport.verbs;

import static io.batonfs.transport.verbs.QueuePairState.ERROR;
import static io.batonfs.transport.verbs.QueuePairState.INIT;
import static io.batonfs.transport.verbs.QueuePairState.READY_TO_RECEIVE;
import static io.batonfs.transport.verbs.QueuePairState.READY_TO_SEND;
import static io.batonfs.transport.verbs.QueuePairState.RESET;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

class QueuePairStateTest {

    @Test
    void theTableIsAsWritten() {
        Map<QueuePairState, Set<QueuePairState>> table = Map.of(
                RESET, Set.of(INIT, ERROR), INIT, Set.of(READY_TO_RECEIVE, ERROR),
                READY_TO_RECEIVE, Set.of(READY_TO_SEND, ERROR), READY_TO_SEND, Set.of(ERROR), ERROR, Set.of());
        for (QueuePairState from : QueuePairState.values()) {
            for (QueuePairState to : QueuePairState.values()) {
                assertEquals(table.get(from).contains(to), from.mayBecome(to), from + " to " + to);
            }
        }
    }
}
