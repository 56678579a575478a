package io.batonfs.transport.lwio;

import io.batonfs.transport.wire.TestFabric;
import java.io.IOException;

/** CANCEL over loopback. */
class CancelOverTcpTest extends CancelTest {

    @Override
    TestFabric fabric() throws IOException {
        return TestFabric.tcp();
    }
}
