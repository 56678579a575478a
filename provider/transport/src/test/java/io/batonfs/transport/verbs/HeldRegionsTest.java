package io.batonfs.transport.verbs;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.batonfs.transport.wire.InProcessWire;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Closing a region that wires go on reading. */
@Timeout(30)
class HeldRegionsTest {
    private Nic nic;
    private ProtectionDomain domain;
    private final List<String> asked = new ArrayList<>();

    @BeforeEach
    void start() throws Exception {
        nic = new Nic(new InProcessWire());
        domain = nic.allocateDomain();
    }

    @AfterEach
    void end() throws Exception {
        domain.close();
        assertEquals(0, nic.registeredRegions());
        nic.close();
    }

    private HeldRegions.Holder holder(String name, Error failure) {
        return held -> {
            asked.add(name);
            held.release();
            if (failure != null) {
                throw failure;
            }
        };
    }

    /** A region that stays pinned would never be free, and one that is not waited for would be free too early. */
    @Test
    void whoFailsToLetGoKeepsNoOtherFromBeingAsked() throws Exception {
        MemoryRegion region = domain.allocate(8, Set.of());
        MemoryRegion[] regions = {region};
        HeldRegions.of(regions, 1, holder("a", null));
        HeldRegions.of(regions, 1, holder("b", new StackOverflowError("thrown by the test")));
        HeldRegions.of(regions, 1, holder("c", null));
        assertThrows(StackOverflowError.class, region::close);
        asked.sort(null);
        assertEquals(List.of("a", "b", "c"), asked);
        assertFalse(region.isRegistered());
        region.close();
        assertEquals(3, asked.size());
    }

    /** As two connections do of which one ends meanwhile. */
    @Test
    void whoGoesByHimselfWhileOthersAreAskedHidesNobody() throws Exception {
        MemoryRegion region = domain.allocate(8, Set.of());
        MemoryRegion[] regions = {region};
        HeldRegions first = HeldRegions.of(regions, 1, holder("first", null));
        HeldRegions.of(regions, 1, holder("second", null));
        HeldRegions.of(regions, 1, held -> {
            first.release();
            held.release();
        });
        region.close();
        assertEquals(List.of("second"), asked);
    }

    @Test
    void ofSeveralRegionsAllAreHeldOrNone() throws Exception {
        MemoryRegion open = domain.allocate(8, Set.of());
        MemoryRegion closed = domain.allocate(8, Set.of());
        closed.close();
        assertNull(HeldRegions.of(new MemoryRegion[] {open, closed}, 2, holder("a", null)));
        open.close();
        assertEquals(List.of(), asked);
    }
}
