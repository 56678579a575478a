package io.batonfs.transport.lwio;

import io.batonfs.transport.wire.TestFabric;

/** Vectored I/O: requests that end later, and no immediate data. */
class VectoredIoOverQueueingWireTest extends VectoredIoTest {

    @Override
    TestFabric fabric() {
        return TestFabric.queueing();
    }
}
