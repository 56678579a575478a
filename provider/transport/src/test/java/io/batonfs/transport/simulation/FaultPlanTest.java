package io.batonfs.transport.simulation;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class FaultPlanTest {
    private static final FaultRates ALL = new FaultRates(0.1, 0.1, 0.1, 0.1, 0.1, 0.05, 0.05, 0.05, 1000, 5000);

    private static List<String> decisions(FaultPlan plan) {
        List<String> found = new ArrayList<>();
        for (int i = 0; i < 2000; i++) {
            found.add(plan.next() + " " + plan.lateNanos() + " " + plan.cutNanos() + " " + plan.bit(10));
        }
        return found;
    }

    @Test
    void theSameSeedDecidesTheSame() {
        assertEquals(decisions(new FaultPlan(ALL, 5)), decisions(new FaultPlan(ALL, 5)));
        assertNotEquals(decisions(new FaultPlan(ALL, 5)), decisions(new FaultPlan(ALL, 6)));
    }

    @Test
    void everyFaultHappensAsOftenAsItsRateSays() {
        FaultPlan plan = new FaultPlan(ALL, 1);
        int packets = 100_000;
        for (int i = 0; i < packets; i++) {
            plan.next();
        }
        for (Fault fault : Fault.values()) {
            double rate = fault == Fault.NONE ? 0.35 : ALL.of(fault);
            // Ten standard deviations of the worst rate: of this seed it is known to hold.
            assertEquals(rate * packets, plan.count(fault), 1600, fault + " in " + plan);
            assertTrue(plan.toString().contains(plan.count(fault) + " " + fault), plan.toString());
        }
    }

    @Test
    void timesAndBitsStayWithinTheirLimits() {
        FaultPlan plan = new FaultPlan(ALL, 1);
        for (int i = 0; i < 10_000; i++) {
            long late = plan.lateNanos();
            long cut = plan.cutNanos();
            int bit = plan.bit(2);
            assertTrue(late >= 1 && late <= 1000 && cut >= 1 && cut <= 5000 && bit >= 0 && bit < 16);
        }
    }

    @Test
    void onceStoppedNothingHappens() {
        FaultPlan plan = new FaultPlan(new FaultRates(1, 0, 0, 0, 0, 0, 0, 0, 1, 1), 1);
        assertEquals(Fault.DROP, plan.next());
        plan.stop();
        assertEquals(Fault.NONE, plan.next());
    }

    @Test
    void ratesThatMeanNothingAreRefused() {
        assertThrows(IllegalArgumentException.class, () -> FaultRates.hidden(-0.1, 0, 0, 0, 0, 1));
        assertThrows(IllegalArgumentException.class, () -> FaultRates.hidden(Double.NaN, 0, 0, 0, 0, 1));
        assertThrows(IllegalArgumentException.class, () -> FaultRates.hidden(0.6, 0.6, 0, 0, 0, 1));
        assertThrows(IllegalArgumentException.class, () -> FaultRates.hidden(0, 0, 0, 0, 0, 0));
        assertThrows(IllegalArgumentException.class, () -> new FaultRates(0, 0, 0, 0, 0, 0, 0, 0, 1, 0));
    }
}
