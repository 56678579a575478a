package io.batonfs.transport.wire;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

/** What others can have happen as often as they like is not said as often. */
class SeldomToldTest {
    private long now = -5;
    private final SeldomTold seldom = new SeldomTold(10, () -> now);

    @Test
    void itIsSaidAtOnceAndThenOnceInAWhileWithWhatWasNotSaid() {
        assertEquals(0, seldom.next());
        assertEquals(SeldomTold.NOT_NOW, seldom.next());
        now = 4;
        assertEquals(SeldomTold.NOT_NOW, seldom.next());
        now = 5;
        assertEquals(2, seldom.next());
        assertEquals(SeldomTold.NOT_NOW, seldom.next());
        now = 1000;
        assertEquals(1, seldom.next());
        now = 2000;
        assertEquals(0, seldom.next());
    }
}
