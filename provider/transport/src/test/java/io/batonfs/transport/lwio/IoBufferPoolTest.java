package io.batonfs.transport.lwio;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.batonfs.transport.verbs.Nic;
import io.batonfs.transport.verbs.ProtectionDomain;
import io.batonfs.transport.wire.InProcessWire;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A read buffer is always somebody's or free, and given to who has waited longest. */
@Timeout(60)
class IoBufferPoolTest {
    private static final int LIMIT = 2;
    private static final long STACK_BYTES = 256 * 1024;

    private final Nic nic = new Nic(new InProcessWire());
    private final ProtectionDomain domain = nic.allocateDomain();
    private final IoBufferPool pool = new IoBufferPool(domain, 4096, 1, LIMIT);
    private Error whenGiven;

    private final class Reader extends IoBufferPool.Waiter {
        private int given;

        Reader() {
            super(new GivingBack());
        }

        @Override
        void given() {
            given++;
            if (whenGiven != null) {
                throw whenGiven;
            }
        }
    }

    @AfterEach
    void close() throws Exception {
        pool.close();
        domain.close();
        assertEquals(0, nic.registeredRegions());
        nic.close();
    }

    private Reader having() throws Exception {
        Reader one = new Reader();
        assertTrue(pool.takeOrWait(one));
        assertNotNull(one.read);
        return one;
    }

    private Reader waiting() throws Exception {
        Reader one = new Reader();
        assertFalse(pool.takeOrWait(one));
        return one;
    }

    @Test
    void whoHasWaitedLongestGetsTheNextAndTheWarmestIsGivenFirst() throws Exception {
        Reader a = having();
        Reader b = having();
        Reader c = waiting();
        Reader d = waiting();
        IoBuffer warm = b.read;
        pool.put(b);
        assertNull(b.read);
        assertSame(warm, c.read);
        assertEquals(1, c.given);
        assertEquals(0, d.given);
        pool.put(a);
        assertEquals(1, d.given);
        assertEquals(2, pool.inUse());
        pool.put(c);
        pool.put(d);
        IoBuffer last = having().read;
        assertEquals(1, pool.inUse());
        assertEquals(LIMIT, pool.made());
        assertSame(last, pool.byNumber(last.number));
    }

    @Test
    void whoHasNoneGivesNone() throws Exception {
        Reader a = having();
        pool.put(a);
        pool.put(a);
        assertEquals(0, pool.inUse());
        having();
        having();
        waiting();
    }

    @Test
    void thoseThatGiveUpAreGivenNoneAndTheOthersKeepTheirOrder() throws Exception {
        Reader a = having();
        Reader b = having();
        List<Reader> some = List.of(waiting(), waiting(), waiting(), waiting());
        assertThrows(OutOfMemoryError.class, () -> pool.giveUp(one -> {
            if (one == some.get(2)) {
                throw new OutOfMemoryError("thrown by the test");
            }
            return true;
        }));
        assertEquals(List.of(some.get(0), some.get(3)), pool.giveUp(one -> one == some.get(0) || one == some.get(3)));
        pool.put(a);
        Reader last = waiting();
        pool.put(b);
        assertEquals(List.of(0, 1, 1, 0), some.stream().map(one -> one.given).toList());
        pool.put(some.get(1));
        assertEquals(1, last.given);
    }

    @Test
    void whoCantBeToldHasItAndHisConnectionHearsOfIt() throws Exception {
        Reader a = having();
        having();
        Reader c = waiting();
        whenGiven = new StackOverflowError("thrown by the test");
        assertSame(whenGiven, assertThrows(StackOverflowError.class, () -> pool.put(a)));
        assertNull(a.read);
        assertNotNull(c.read);
        assertTrue(c.owner.noted);
        assertSame(whenGiven, c.owner.failure);
        assertFalse(a.owner.noted, "it is no affair of his");
        pool.put(c);
        assertEquals(1, pool.inUse());
    }

    private static int down(int frames, int[] deepest, Runnable call) {
        deepest[0]++;
        if (frames == 0) {
            call.run();
            return 0;
        }
        return down(frames - 1, deepest, call) + 1;
    }

    private static void inThread(Runnable call) throws Exception {
        Thread thread = new Thread(null, () -> {
            try {
                call.run();
            } catch (StackOverflowError e) {
                // Where it ends is what is tried.
                return;
            }
        }, "end of stack", STACK_BYTES);
        thread.start();
        thread.join(TimeUnit.SECONDS.toMillis(30));
        assertFalse(thread.isAlive(), "it hangs");
    }

    /** Really, and not by injection; wherever that is. */
    @Test
    void whereverAStackEndsABufferIsSomebodys() throws Exception {
        int cut = 0;
        for (int above = 0; above < 200; above++) {
            Reader other = having();
            Reader a = having();
            Reader waits = above % 2 == 0 ? waiting() : null;
            int[] deepest = new int[1];
            inThread(() -> down(Integer.MAX_VALUE, deepest, () -> { }));
            int frames = Math.max(1, deepest[0] - above);
            inThread(() -> down(frames, new int[1], () -> pool.put(a)));
            int held = (a.read != null ? 1 : 0) + (waits != null && waits.read != null ? 1 : 0);
            assertEquals(pool.inUse(), held + 1, "at " + frames + " frames");
            cut += a.read != null ? 1 : 0;
            pool.put(a);
            if (waits != null) {
                pool.giveUp(one -> one == waits);
                pool.put(waits);
            }
            pool.put(other);
            assertEquals(0, pool.inUse());
        }
        System.out.println(cut + " of 200 calls met the end of the stack before they gave it back");
    }
}
