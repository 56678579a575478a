package io.batonfs.transport.lwio;

import io.batonfs.transport.wire.TestFabric;
import java.io.IOException;

/** Many threads, many connections and sudden ends over shared memory. */
class LwioConcurrencyOverSharedMemoryTest extends LwioConcurrencyTest {

    @Override
    TestFabric fabric() throws IOException {
        return TestFabric.sharedMemory();
    }
}
