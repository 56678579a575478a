package io.batonfs.transport.lwio;

import io.batonfs.transport.wire.TestFabric;
import java.io.IOException;

/** A server that breaks LWIO's rules over shared memory. */
class HostileServerOverSharedMemoryTest extends HostileServerTest {

    @Override
    TestFabric fabric() throws IOException {
        return TestFabric.sharedMemory();
    }
}
