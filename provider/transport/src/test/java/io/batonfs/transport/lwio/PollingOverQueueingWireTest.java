package io.batonfs.transport.lwio;

import io.batonfs.transport.wire.TestFabric;

/** Polling mode where requests end later than they are posted. */
class PollingOverQueueingWireTest extends PollingTest {

    @Override
    TestFabric fabric() {
        return TestFabric.queueing();
    }
}
