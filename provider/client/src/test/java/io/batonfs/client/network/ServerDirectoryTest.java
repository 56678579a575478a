package io.batonfs.client.network;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.batonfs.model.ServerId;
import io.batonfs.protocol.ServerDescription;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ServerDirectoryTest {

    @ParameterizedTest
    @CsvSource({
        "h:1, ctl, h:1", "0.0.0.0:1, ctl, ctl:1", ":1, ctl, ctl:1", "[::]:1, ctl, ctl:1", "0.0.0.0:1, ::1, [::1]:1",
        "[::1]:2, ctl, [::1]:2", "name, ctl, name", "10.0.0.0:7, ctl, 10.0.0.0:7"})
    void whoListensEverywhereIsFoundWhereItsControlPortWas(String said, String control, String reached) {
        ServerDirectory directory = new ServerDirectory(null, new Authority(control, 8770));
        assertEquals(reached, directory.dataAddress(new ServerDescription(new ServerId(1), "h", said)));
    }
}
