package io.batonfs.transport.lwio;

import io.batonfs.transport.wire.TestFabric;

/** LWIO counts neither on immediate data nor on requests that end at once. */
class LwioOverQueueingWireTest extends LwioEndToEndTest {

    @Override
    boolean readsInPlace() {
        return false;
    }

    @Override
    TestFabric fabric() {
        return TestFabric.queueing();
    }
}
