package io.batonfs.transport.wire;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

/** Who is told what, and when. */
class AcknowledgementsOwedTest {
    private static final long WITHIN = 100;

    private final AcknowledgementsOwed owed = new AcknowledgementsOwed(WITHIN);

    private static final class Debtor implements AcknowledgementsOwed.Debtor {
        private boolean owes = true;
        private int settled;

        @Override
        public boolean isOwing() {
            return owes;
        }

        @Override
        public void settle() {
            settled++;
        }
    }

    @Test
    void whatIsDueIsPaidAndNothingElse() {
        Debtor first = new Debtor();
        Debtor second = new Debtor();
        owed.add(first, 0);
        owed.add(second, 1);
        owed.settle(WITHIN - 1);
        assertEquals(0, first.settled);
        owed.settle(WITHIN);
        assertEquals(1, first.settled);
        assertEquals(0, second.settled);
        assertTrue(owed.isAnythingOwed());
        owed.settle(WITHIN + 1);
        assertEquals(1, second.settled);
        assertFalse(owed.isAnythingOwed());
    }

    @Test
    void whoHasToldItsPeerMeanwhileIsStruckOffAndHearsOfIt() {
        Debtor told = new Debtor();
        Debtor owing = new Debtor();
        owed.add(told, 0);
        owed.add(owing, 0);
        told.owes = false;
        assertTrue(owed.isAnythingOwed());
        assertEquals(1, told.settled);
        assertEquals(0, owing.settled);
        owing.owes = false;
        assertFalse(owed.isAnythingOwed());
        owed.settle(2 * WITHIN);
        assertEquals(1, told.settled);
        assertEquals(1, owing.settled);
    }
}
