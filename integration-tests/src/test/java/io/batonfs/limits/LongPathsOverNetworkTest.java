package io.batonfs.limits;

import io.batonfs.system.GroupUnderTest;

/** Likewise for long paths. */
class LongPathsOverNetworkTest extends LongPathsTest {

    @Override
    GroupUnderTest.Form form() {
        return GroupUnderTest.Form.DAEMON;
    }
}
