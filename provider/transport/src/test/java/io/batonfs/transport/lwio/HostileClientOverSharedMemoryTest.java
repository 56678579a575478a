package io.batonfs.transport.lwio;

import io.batonfs.transport.wire.TestFabric;
import java.io.IOException;

/** A client that breaks LWIO's rules over shared memory. */
class HostileClientOverSharedMemoryTest extends HostileClientTest {

    @Override
    TestFabric fabric() throws IOException {
        return TestFabric.sharedMemory();
    }
}
