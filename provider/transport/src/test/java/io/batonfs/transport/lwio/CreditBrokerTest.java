package io.batonfs.transport.lwio;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.batonfs.transport.verbs.Nic;
import io.batonfs.transport.verbs.ProtectionDomain;
import io.batonfs.transport.verbs.VerbsException;
import io.batonfs.transport.wire.InProcessWire;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Who is asked for credits, and that nobody can keep them from others by saying nothing. */
class CreditBrokerTest {
    private final Nic nic = new Nic(new InProcessWire());
    private final ProtectionDomain domain = nic.allocateDomain();
    private final ReceiveBuffers buffers = new ReceiveBuffers(nic, domain, new ReceiveSizeClass(64, 1 << 20), 16);
    private final CreditBroker broker = new CreditBroker(new FairCredits(), buffers);

    /** A connection whose client does nothing but what the test says. */
    private final class Peer implements CreditBroker.Member {
        private final ServerCredits credits = new ServerCredits(16);
        private final int outstanding;
        private int asked;
        private int offered;
        private boolean cantBeTold;
        private int cantFail;
        private int failed;

        Peer(int wished, int outstanding) throws VerbsException {
            this(broker, wished, outstanding);
        }

        Peer(CreditBroker broker, int wished, int outstanding) throws VerbsException {
            this.outstanding = outstanding;
            credits.begin(broker.admit(credits, this, wished));
            credits.open();
        }

        @Override
        public int outstanding() {
            return outstanding;
        }

        @Override
        public void offer(int count) {
            offered += count;
            try {
                credits.credit(0);
            } catch (LwioException e) {
                throw new AssertionError(e);
            }
            credits.creditAnswered();
        }

        @Override
        public void ask(int count) {
            if (cantBeTold) {
                throw new OutOfMemoryError("thrown by the test");
            }
            asked += count;
        }

        @Override
        public void failed(Throwable cause) {
            if (cantFail-- > 0) {
                throw new StackOverflowError("thrown by the test");
            }
            failed++;
        }

        void wishes(int times) {
            credits.pending(200);
            for (int i = 0; i < times; i++) {
                broker.wish(credits);
            }
        }

        /** Gives one back, as it was asked to. */
        void gives(int times) throws LwioException {
            for (int i = 0; i < times; i++) {
                gives();
            }
        }

        void gives() throws LwioException {
            credits.credit(-asked);
            asked--;
            buffers.release(1);
            credits.creditAnswered();
            broker.comeBack();
        }
    }

    @AfterEach
    void close() {
        buffers.close();
        domain.close();
    }

    @Test
    void aClientThatKeepsWhatItIsAskedForKeepsItFromNobody() throws Exception {
        Peer silent = new Peer(7, 0);
        Peer idle = new Peer(6, 0);
        Peer busy = new Peer(1, 1);
        assertEquals(7, silent.credits.granted());
        assertEquals(6, idle.credits.granted());
        assertEquals(1, busy.credits.granted());

        busy.wishes(1);
        assertEquals(3, silent.asked);
        assertEquals(0, idle.asked, "enough is coming back");
        busy.wishes(50);
        assertEquals(3, silent.asked);
        assertEquals(3, idle.asked);
        while (idle.asked > 0) {
            idle.gives();
        }
        assertEquals(3, busy.offered, "all but the reserve, though the silent one has kept its seven");
        assertEquals(4, busy.credits.granted());
    }

    @Test
    void aClientThatIsSlowButGivesIsCountedOn() throws Exception {
        Peer slow = new Peer(7, 0);
        Peer idle = new Peer(6, 0);
        Peer busy = new Peer(1, 1);
        busy.wishes(1);
        busy.wishes(5);
        assertEquals(3, slow.asked);
        assertEquals(0, idle.asked);
        while (slow.asked > 0) {
            slow.gives();
        }
        assertEquals(3, busy.offered);
    }

    /** All that they wish, and all of it back from those that have nothing to do. */
    private static final class Greedy implements CreditPolicy {

        @Override
        public int initial(int wished, Connection connection, Budget budget) {
            return wished;
        }

        @Override
        public int change(Connection connection, Budget budget, boolean contested) {
            return connection.outstanding() > 0 ? budget.free() : 1 - connection.granted();
        }
    }

    /** One who can't be told ends, and that is all. */
    @Test
    void whoCantBeToldKeepsNobodyFromHearing() throws Exception {
        CreditBroker greedy = new CreditBroker(new Greedy(), buffers);
        Peer busy = new Peer(greedy, 2, 1);
        Peer first = new Peer(greedy, 5, 0);
        Peer second = new Peer(greedy, 5, 0);
        Peer third = new Peer(greedy, 4, 0);
        assertEquals(1, first.asked, "for the next newcomer");
        second.cantBeTold = true;
        busy.credits.pending(200);
        for (int i = 0; i < 3; i++) {
            // All are gone through once in as many wishes as there were.
            greedy.wish(busy.credits);
        }
        assertEquals(1, second.failed);
        assertEquals(0, second.asked);
        assertEquals(3, third.asked);
        assertEquals(0, first.failed + third.failed + busy.failed);
    }

    /** Not even its end can be told: that is tried again, and nobody else's word is lost for it. */
    @Test
    void whoCantEvenBeEndedKeepsNobodyFromHearingAndIsEndedLater() throws Exception {
        CreditBroker greedy = new CreditBroker(new Greedy(), buffers);
        Peer busy = new Peer(greedy, 2, 1);
        Peer first = new Peer(greedy, 5, 0);
        Peer second = new Peer(greedy, 5, 0);
        Peer third = new Peer(greedy, 4, 0);
        second.cantBeTold = true;
        second.cantFail = 2;
        busy.credits.pending(200);
        int thrown = 0;
        for (int i = 0; i < 3; i++) {
            try {
                greedy.wish(busy.credits);
            } catch (StackOverflowError e) {
                thrown++;
            }
        }
        assertTrue(thrown > 0);
        assertEquals(3, third.asked);
        for (int i = 0; i < 3; i++) {
            try {
                greedy.tellAll();
            } catch (StackOverflowError e) {
                thrown++;
            }
        }
        assertEquals(2, thrown);
        assertEquals(1, second.failed);
        assertEquals(3, third.asked, "once");
        assertEquals(1, first.asked);
    }

    /** An Error behind being taken in, as of another's word: what was reserved is found when the connection ends. */
    @Test
    void whatWasReservedForWhoNeverHeardOfItComesBack() throws Exception {
        CreditBroker greedy = new CreditBroker(new Greedy(), buffers);
        Peer first = new Peer(greedy, 7, 0);
        first.cantBeTold = true;
        first.cantFail = 1;
        ServerCredits newcomer = new ServerCredits(16);
        assertThrows(StackOverflowError.class, () -> greedy.admit(newcomer, first, 8));
        assertEquals(1, buffers.free());
        assertEquals(greedy, newcomer.broker());
        newcomer.broker().forget(newcomer);
        buffers.release(newcomer.takeUnallowed(Integer.MAX_VALUE));
        assertEquals(9, buffers.free());
        assertEquals(0, newcomer.takeUnallowed(Integer.MAX_VALUE));
    }

    /** Throws at the call before which so many have been. */
    private static final class FailingOnce implements CreditPolicy {
        private final CreditPolicy policy = new Greedy();
        private int calls;

        FailingOnce(int calls) {
            this.calls = calls;
        }

        @Override
        public int initial(int wished, Connection connection, Budget budget) {
            return policy.initial(wished, connection, budget);
        }

        @Override
        public int change(Connection connection, Budget budget, boolean contested) {
            if (calls-- == 0) {
                throw new OutOfMemoryError("thrown by the test");
            }
            return policy.change(connection, budget, contested);
        }
    }

    /** Whoever was asked hears of it, whoever was not is not told so, and all are members still. */
    @Test
    void whereverASearchFailsWhatWasDecidedIsToldAndNothingElse() throws Exception {
        int failures = 0;
        for (int step = 0; step < 12; step++) {
            ReceiveBuffers some = new ReceiveBuffers(nic, domain, new ReceiveSizeClass(64, 1 << 20), 16);
            CreditBroker failing = new CreditBroker(new FailingOnce(step), some);
            List<Peer> peers = new ArrayList<>();
            for (int i = 0; i < 4; i++) {
                try {
                    peers.add(new Peer(failing, i == 0 ? 1 : 5, i == 0 ? 1 : 0));
                } catch (OutOfMemoryError e) {
                    failures++;
                }
            }
            Peer busy = peers.get(0);
            busy.credits.pending(200);
            for (int i = 0; i < 10; i++) {
                try {
                    failing.wish(busy.credits);
                } catch (OutOfMemoryError e) {
                    failures++;
                }
            }
            int granted = 0;
            for (Peer peer : peers) {
                granted += peer.credits.granted();
                // Who is asked can be asked for no more, and is.
                assertEquals(peer.asked > 0, peer.credits.granted() > 1 && peer.credits.spare() == 0, "at step " + step);
            }
            assertEquals(granted, failing.granted(), "at step " + step);
            assertEquals(granted, some.reserved(), "at step " + step);
            some.close();
        }
        assertTrue(failures > 3, failures + " failed");
    }

    /** Those who come find something as long as others have more than they use, however many come. */
    @Test
    void newcomersWhoLiveOnTheReserveHaveOthersAskedForTheNext() throws Exception {
        Peer idle = new Peer(7, 0);
        Peer other = new Peer(7, 0);
        assertEquals(2, buffers.free());
        assertEquals(0, idle.asked + other.asked, "the reserve is whole");
        for (int i = 0; i < 12; i++) {
            Peer newcomer = new Peer(7, 0);
            assertEquals(1, newcomer.credits.granted());
            assertEquals(1, idle.asked + other.asked, "newcomer " + i);
            idle.gives(idle.asked);
            other.gives(other.asked);
        }
        assertEquals(2, idle.credits.granted() + other.credits.granted());
        assertEquals(2, buffers.free());
    }

    /** Who is asked for the next newcomer and says nothing is not waited for: then it is somebody else's turn. */
    @Test
    void newcomersDoNotWaitForWhoGivesNothing() throws Exception {
        Peer silent = new Peer(7, 0);
        Peer idle = new Peer(7, 0);
        for (int i = 0; i < 2; i++) {
            assertEquals(1, new Peer(7, 0).credits.granted());
        }
        for (int i = 0; i < 3 && idle.asked == 0; i++) {
            assertEquals(0, broker.admit(new ServerCredits(16), silent, 7));
        }
        assertEquals(1, silent.asked);
        assertEquals(1, idle.asked);
        idle.gives();
        assertEquals(1, new Peer(7, 0).credits.granted());
    }

    /** For those who will come, and for one who has more to do: though the busy one is looked at first. */
    @Test
    void idleOnesGiveBeforeThoseAtWork() throws Exception {
        Peer busy = new Peer(7, 1);
        Peer idle = new Peer(7, 0);
        Peer third = null;
        for (int i = 0; i < 2; i++) {
            third = new Peer(7, 1);
            assertEquals(0, busy.asked, "for whoever may follow newcomer " + i);
            assertEquals(1, idle.asked);
            idle.gives();
        }
        third.wishes(4);
        assertEquals(0, busy.asked, "for another's fair share");
        assertEquals(2, idle.asked);
    }

    /** What those at work have above the fair share is the next newcomers' all the same, before the reserve is gone. */
    @Test
    void thoseAtWorkGiveWhenNobodyIsIdle() throws Exception {
        Peer first = new Peer(7, 1);
        Peer second = new Peer(7, 1);
        for (int i = 0; i < 12; i++) {
            assertEquals(1, new Peer(7, 1).credits.granted(), "newcomer " + i);
            first.gives(first.asked);
            second.gives(second.asked);
        }
    }
}
