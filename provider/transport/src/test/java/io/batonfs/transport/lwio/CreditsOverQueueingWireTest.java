package io.batonfs.transport.lwio;

import io.batonfs.transport.wire.TestFabric;

/** Credits where requests end later than they are posted. */
class CreditsOverQueueingWireTest extends CreditsTest {

    @Override
    TestFabric fabric() {
        return TestFabric.queueing();
    }
}
