package io.batonfs.client.network;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.batonfs.model.BatonException;
import io.batonfs.model.ErrorCode;
import io.batonfs.model.GroupId;
import io.batonfs.model.ServerId;
import io.batonfs.protocol.CatalogService;
import io.batonfs.protocol.GroupStatus;
import io.batonfs.protocol.ServerDescription;
import java.io.IOException;
import java.lang.reflect.Proxy;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class ServerDirectoryTest {
    private static final Authority CONTROL = new Authority("ctl", 8770);
    private static final ServerId FIRST = new ServerId(1);
    private static final ServerId SECOND = new ServerId(2);

    private List<ServerDescription> described = List.of(new ServerDescription(FIRST, "h1", "h1:1"));
    private int asked;

    private final CatalogService catalog = (CatalogService) Proxy.newProxyInstance(
            CatalogService.class.getClassLoader(), new Class<?>[] {CatalogService.class},
            (proxy, method, arguments) -> {
                assertEquals("groupStatus", method.getName());
                asked++;
                return new GroupStatus(new GroupId(new UUID(1, 2)), described, 0, 0, 0, 0, List.of());
            });
    private final ServerDirectory directory = new ServerDirectory(catalog, CONTROL);

    @Test
    void aKnownServerIsNotAskedForAgain() throws IOException {
        assertEquals("h1", directory.find(FIRST).host());
        assertEquals("h1", directory.find(FIRST).host());
        assertEquals(1, asked);
    }

    @Test
    void aServerThatHasJoinedIsFound() throws IOException {
        directory.find(FIRST);
        described = List.of(new ServerDescription(SECOND, "h2", "h2:1"));
        assertEquals("h2", directory.find(SECOND).host());
    }

    @Test
    void aServerThatTheGroupDoesNotHaveIsNamed() {
        BatonException e = assertThrows(BatonException.class, () -> directory.find(SECOND));
        assertEquals(ErrorCode.UNREACHABLE, e.code());
        assertTrue(e.getMessage().contains("server-2") && e.getMessage().contains("[server-1]"), e.getMessage());
    }
}
