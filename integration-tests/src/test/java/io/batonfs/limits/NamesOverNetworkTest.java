package io.batonfs.limits;

import io.batonfs.system.GroupUnderTest;

/** Names travel through RPC messages as well. */
class NamesOverNetworkTest extends NamesTest {

    @Override
    GroupUnderTest.Form form() {
        return GroupUnderTest.Form.DAEMON;
    }
}
