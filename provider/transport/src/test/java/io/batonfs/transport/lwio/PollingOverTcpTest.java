package io.batonfs.transport.lwio;

import io.batonfs.transport.wire.TestFabric;
import java.io.IOException;

/** Polling mode where bytes come through a socket. */
class PollingOverTcpTest extends PollingTest {

    @Override
    TestFabric fabric() throws IOException {
        return TestFabric.tcp();
    }
}
