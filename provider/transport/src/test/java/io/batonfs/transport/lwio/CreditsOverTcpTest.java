package io.batonfs.transport.lwio;

import io.batonfs.transport.wire.TestFabric;
import java.io.IOException;

/** Credits over loopback. */
class CreditsOverTcpTest extends CreditsTest {

    @Override
    TestFabric fabric() throws IOException {
        return TestFabric.tcp();
    }
}
