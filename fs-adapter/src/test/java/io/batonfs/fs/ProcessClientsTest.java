package io.batonfs.fs;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertSame;

import io.batonfs.client.BatonClient;
import io.batonfs.model.Caller;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class ProcessClientsTest {
    private static final Caller ALICE = new Caller("alice", List.of("staff"), false);

    private final InMemoryGroup group = new InMemoryGroup();
    private final AtomicInteger made = new AtomicInteger();
    private final ProcessClients clients = new ProcessClients((authority, settings, caller) -> {
        made.incrementAndGet();
        return group.clientFor(caller);
    });

    @Test
    void whatIsAlikeSharesAClient() throws IOException {
        BatonClient first = clients.get("", Map.of("fs.baton.a", "1"), ALICE);

        assertSame(first, clients.get("", Map.of("fs.baton.a", "1"), new Caller("alice", List.of("staff"), false)));
        assertEquals(1, made.get());
    }

    @Test
    void anotherPlaceSettingOrUserDoesNot() throws IOException {
        BatonClient first = clients.get("", Map.of(), ALICE);

        assertNotSame(first, clients.get("host", Map.of(), ALICE));
        assertNotSame(first, clients.get("", Map.of("fs.baton.a", "1"), ALICE));
        assertNotSame(first, clients.get("", Map.of(), new Caller("bob", List.of("staff"), false)));
        assertEquals(4, made.get());
    }

    @Test
    void afterClosingThereAreNewOnes() throws IOException {
        BatonClient first = clients.get("", Map.of(), ALICE);
        clients.close();

        assertNotSame(first, clients.get("", Map.of(), ALICE));
    }
}
