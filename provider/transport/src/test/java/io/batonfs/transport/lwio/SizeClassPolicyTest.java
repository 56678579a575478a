package io.batonfs.transport.lwio;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.batonfs.transport.lwio.SizeClassPolicy.Offer;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Who gets buffers of which size. */
class SizeClassPolicyTest {
    private static final List<ReceiveSizeClass> DEFAULT = LwioServerConfig.DEFAULT.receiveClasses();

    /** Classes of 16, 160 and 1600 buffers, with so many connections each before the newcomer. */
    private static List<Offer> offers(int large, int medium, int small) {
        return List.of(new Offer(1 << 20, new CreditPolicy.Budget(16, 16 - large, large + 1)),
                new Offer(1 << 16, new CreditPolicy.Budget(160, 160 - medium, medium + 1)),
                new Offer(1 << 13, new CreditPolicy.Budget(1600, 1600 - small, small + 1)));
    }

    /** An eighth is in reserve, of the rest there are to be two for each: that is for 7, 70 and 700 connections. */
    @ParameterizedTest
    @CsvSource({
        // What is sent decides, while there is room everywhere.
        "2147483647, 0, 0, 0, 0 1 2", "1048576, 0, 0, 0, 0 1 2", "65537, 0, 0, 0, 0 1 2", "65536, 0, 0, 0, 1 2 0",
        "8193, 0, 0, 0, 1 2 0", "8192, 0, 0, 0, 2 1 0", "16, 0, 0, 0, 2 1 0",
        // Full ones are passed over: the seventh is the last.
        "1048576, 6, 0, 0, 0 1 2", "1048576, 7, 0, 0, 1 2 0", "1048576, 7, 69, 0, 1 2 0", "1048576, 7, 70, 0, 2 1 0",
        "1048576, 6, 70, 700, 0 2 1", "65536, 0, 70, 0, 2 1 0", "65536, 0, 70, 700, 2 1 0",
        // When no one is worth it: from the smallest up, and whoever wishes for a small one does not leave without.
        "1048576, 7, 70, 700, 2 1 0", "16, 0, 0, 700, 2 1 0", "1048576, 16, 160, 1600, 2 1 0",
        // Others go, and whoever comes then gets a large one again.
        "1048576, 6, 160, 1600, 0 2 1"})
    void theOrderInWhichClassesAreTried(int sendBytes, int large, int medium, int small, String order) {
        List<String> tried = new ArrayList<>();
        SizeClassPolicy.order(sendBytes, offers(large, medium, small)).forEach(one -> tried.add(one.toString()));
        assertEquals(order, String.join(" ", tried));
    }

    /** It holds its rules for one class as for three: then there is no choice. */
    @Test
    void withOneClassEverybodyGetsThat() {
        for (int connections : new int[] {0, 1, 15, 16, 100}) {
            List<Offer> one = List.of(new Offer(100, new CreditPolicy.Budget(16, 0, connections + 1)));
            assertEquals(List.of(0), SizeClassPolicy.order(1 << 20, one));
            assertEquals(List.of(0), SizeClassPolicy.order(1, one));
            assertEquals(0, SizeClassPolicy.wished(1, one));
        }
    }

    /** The figures that the default's arithmetic shows. */
    @Test
    void theDefaultTakesTwelveThousandConnections() {
        int[] got = new int[3];
        for (int i = 0; i < LwioServerConfig.DEFAULT.maxConnections(); i++) {
            List<Offer> offers = new ArrayList<>();
            for (int j = 0; j < 3; j++) {
                int total = DEFAULT.get(j).buffers();
                offers.add(new Offer(DEFAULT.get(j).receiveBytes(),
                        new CreditPolicy.Budget(total, total - got[j], got[j] + 1)));
            }
            got[SizeClassPolicy.order(1 << 20, offers).get(0)]++;
        }
        assertEquals(56, got[0]);
        assertEquals(224, got[1]);
        assertEquals(12_000 - 56 - 224, got[2]);
        assertEquals(List.of(127, 511, 12_198), DEFAULT.stream().map(ReceiveSizeClass::buffers).toList());
        assertEquals(256L << 20, LwioServerConfig.DEFAULT.receiveBudgetBytes());
    }
}
