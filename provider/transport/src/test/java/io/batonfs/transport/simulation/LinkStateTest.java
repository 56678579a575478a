package io.batonfs.transport.simulation;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.EnumMap;
import java.util.EnumSet;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

class LinkStateTest {

    /** The table in the class comment, and nothing else. */
    @Test
    void theTableIsKept() {
        Map<LinkState, Set<LinkState>> table = new EnumMap<>(LinkState.class);
        table.put(LinkState.CONNECTING, EnumSet.of(LinkState.ESTABLISHED, LinkState.CLOSED));
        table.put(LinkState.ESTABLISHED, EnumSet.of(LinkState.DRAINING, LinkState.DISCONNECTING, LinkState.REFUSING,
                LinkState.CLOSED));
        table.put(LinkState.DRAINING, EnumSet.of(LinkState.DISCONNECTING, LinkState.REFUSING, LinkState.CLOSED));
        table.put(LinkState.DISCONNECTING, EnumSet.of(LinkState.CLOSED));
        table.put(LinkState.REFUSING, EnumSet.of(LinkState.CLOSED));
        table.put(LinkState.CLOSED, EnumSet.noneOf(LinkState.class));
        for (LinkState from : LinkState.values()) {
            for (LinkState to : LinkState.values()) {
                assertEquals(table.get(from).contains(to), from.mayBecome(to), from + " to " + to);
            }
        }
    }
}
