package io.batonfs.transport.lwio;

import io.batonfs.transport.wire.TestFabric;
import java.io.IOException;

/** Vectored I/O: both ends over loopback. */
class VectoredIoOverTcpTest extends VectoredIoTest {

    @Override
    TestFabric fabric() throws IOException {
        return TestFabric.tcp();
    }
}
