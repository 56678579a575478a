package io.batonfs.transport.lwio;

import io.batonfs.transport.wire.TestFabric;
import java.io.IOException;

/** Many threads, many connections and sudden ends over loopback. */
class LwioConcurrencyOverTcpTest extends LwioConcurrencyTest {

    @Override
    TestFabric fabric() throws IOException {
        return TestFabric.tcp();
    }
}
