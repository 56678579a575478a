package io.batonfs.client;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.batonfs.transport.lwio.ProviderEntry;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** By which provider a client's connections go when one of them can be made and then does not hold. */
@Timeout(60)
class ConnectionsTest {
    private static final int LENGTH = 5000;

    private static Setup withProviders(String... names) throws IOException {
        FakeGroup group = new FakeGroup(Setup.seed(), 1, 4, 2048);
        for (String name : names) {
            group.providers.add(new ProviderEntry(name, List.of()));
        }
        return new Setup(group, Map.of("connections.per.server", "1"));
    }

    /** Reads what is there by whatever connection that takes; returns its provider. */
    private static String readBy(Setup setup, byte[] expected) throws IOException {
        assertArrayEquals(expected, setup.readAll("/f"));
        List<FakeLwio> open = new ArrayList<>(setup.group.connections);
        open.removeIf(connection -> !connection.isOpen());
        assertEquals(1, open.size());
        return open.get(0).provider();
    }

    @Test
    void oneThatBreaksAgainAndAgainIsPassedOver() throws IOException {
        try (Setup setup = withProviders("memory", "tcp")) {
            byte[] bytes = setup.file("/f", LENGTH);
            assertEquals("memory", readBy(setup, bytes));
            setup.group.cutAll();
            assertEquals("memory", readBy(setup, bytes), "once is no pattern: the server may have been started anew");
            setup.group.cutAll();
            assertEquals("tcp", readBy(setup, bytes));
            setup.group.cutAll();
            assertEquals("memory", readBy(setup, bytes), "the other one does not hold either");
        }
    }

    @Test
    void oneThatHasHeldForAWhileIsTriedAgain() throws IOException {
        try (Setup setup = withProviders("memory", "tcp")) {
            byte[] bytes = setup.file("/f", LENGTH);
            for (int i = 0; i < 4; i++) {
                assertEquals("memory", readBy(setup, bytes));
                setup.group.time.advance(10_000);
                setup.group.cutAll();
            }
        }
    }

    @Test
    void theOnlyOneIsNotPassedOver() throws IOException {
        try (Setup setup = withProviders("memory")) {
            byte[] bytes = setup.file("/f", LENGTH);
            for (int i = 0; i < 4; i++) {
                assertEquals("memory", readBy(setup, bytes));
                setup.group.cutAll();
            }
        }
    }

    @Test
    void theOnlyOneThatLeadsThereIsNotPassedOverHoweverOftenItBreaks() throws IOException {
        try (Setup setup = withProviders("memory", "tcp")) {
            byte[] bytes = setup.file("/f", LENGTH);
            setup.group.unreachable.add("memory");
            setup.group.cutAll();
            for (int i = 0; i < 5; i++) {
                assertEquals("tcp", readBy(setup, bytes));
                setup.group.cutAll();
            }
        }
    }

    @Test
    void oneThatConnectsAndFailsBeforeItCanBeUsedGivesWay() throws IOException {
        try (Setup setup = withProviders("memory", "tcp")) {
            byte[] bytes = setup.file("/f", LENGTH);
            setup.group.failing = "memory";
            setup.group.cutAll();
            assertEquals("tcp", readBy(setup, bytes));
        }
    }

    @Test
    void bytesBySharedMemoryAreCountedApart() throws IOException {
        try (Setup setup = withProviders("memory", "tcp")) {
            byte[] bytes = setup.file("/f", LENGTH);
            assertEquals(LENGTH, setup.client.counters().sharedMemoryBytes());
            setup.group.cutAll();
            assertEquals("memory", readBy(setup, bytes));
            setup.group.cutAll();
            assertEquals("tcp", readBy(setup, bytes));
            assertEquals(2 * LENGTH, setup.client.counters().sharedMemoryBytes());
            assertEquals(3 * LENGTH, setup.client.counters().lwioBytes());
        }
    }
}
