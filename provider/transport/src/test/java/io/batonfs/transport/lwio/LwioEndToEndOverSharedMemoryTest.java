package io.batonfs.transport.lwio;

import io.batonfs.transport.wire.TestFabric;
import java.io.IOException;

/** Both ends over shared memory. */
class LwioEndToEndOverSharedMemoryTest extends LwioEndToEndTest {

    @Override
    boolean readsInPlace() {
        return false;
    }

    @Override
    TestFabric fabric() throws IOException {
        return TestFabric.sharedMemory();
    }
}
