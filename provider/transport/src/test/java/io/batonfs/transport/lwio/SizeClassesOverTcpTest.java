package io.batonfs.transport.lwio;

import io.batonfs.transport.wire.TestFabric;
import java.io.IOException;

/** Sizes of receive buffers over loopback. */
class SizeClassesOverTcpTest extends SizeClassesTest {

    @Override
    TestFabric fabric() throws IOException {
        return TestFabric.tcp();
    }
}
