package io.batonfs.client.network;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.batonfs.model.GroupId;
import io.batonfs.model.ServerId;
import io.batonfs.protocol.CatalogService;
import io.batonfs.protocol.GroupStatus;
import io.batonfs.protocol.ServerDescription;
import io.batonfs.transport.lwio.LwioException;
import io.batonfs.transport.lwio.LwioStatus;
import java.io.IOException;
import java.lang.reflect.Proxy;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ServerDirectoryTest {
    private static final ServerId SERVER = new ServerId(1);

    @ParameterizedTest
    @CsvSource({
        "h:1, ctl, h:1", "0.0.0.0:1, ctl, ctl:1", ":1, ctl, ctl:1", "[::]:1, ctl, ctl:1", "0.0.0.0:1, ::1, [::1]:1",
        "[::1]:2, ctl, [::1]:2", "name, ctl, name", "10.0.0.0:7, ctl, 10.0.0.0:7"})
    void whoListensEverywhereIsFoundWhereItsControlPortWas(String said, String control, String reached) {
        ServerDirectory directory = new ServerDirectory(null, new Authority(control, 8770));
        assertEquals(reached, directory.dataAddress(new ServerDescription(new ServerId(1), "h", said)));
    }

    /** A group whose one server is at these addresses, one after the other; the last one stays. */
    private static ServerDirectory moving(String... addresses) {
        Deque<String> left = new ArrayDeque<>(List.of(addresses));
        CatalogService catalog = (CatalogService) Proxy.newProxyInstance(CatalogService.class.getClassLoader(),
                new Class<?>[] {CatalogService.class}, (proxy, method, arguments) -> {
                    assertEquals("groupStatus", method.getName());
                    String address = left.size() > 1 ? left.poll() : left.peek();
                    return new GroupStatus(new GroupId(new UUID(1, 2)),
                            List.of(new ServerDescription(SERVER, "h", address)), 0, 0, 0, List.of());
                });
        return new ServerDirectory(catalog, new Authority("ctl", 8770));
    }

    @Test
    void aServerWhosePortAnotherHasNowIsFoundWhereItIs() throws IOException {
        LwioException impostor = new LwioException(LwioStatus.ACCESS_DENIED, "the AUTH is not proven");
        List<String> tried = new ArrayList<>();
        assertEquals("reached", moving("h:1", "h:2").reach(SERVER, address -> {
            tried.add(address);
            if (address.equals("h:1")) {
                throw impostor;
            }
            return "reached";
        }));
        assertEquals(List.of("h:1", "h:2"), tried);
    }

    @Test
    void aRefusalByTheServerItselfStands() {
        LwioException full = new LwioException(LwioStatus.INSUFFICIENT_RESOURCES, "full");
        List<String> tried = new ArrayList<>();
        assertSame(full, assertThrows(LwioException.class, () -> moving("h:1").reach(SERVER, address -> {
            tried.add(address);
            throw full;
        })));
        assertEquals(List.of("h:1"), tried);
    }
}
