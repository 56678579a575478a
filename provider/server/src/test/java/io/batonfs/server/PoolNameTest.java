package io.batonfs.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What pools and places of further sets are called. */
class PoolNameTest {
    @ParameterizedTest
    @CsvSource({"fast, fast, 1", "fast@2, fast, 2", "a.b-c_d@99, a.b-c_d, 99"})
    void namesSayClassAndSet(String name, String className, int set) {
        assertEquals(new PoolName(className, set), PoolName.of(name));
        assertEquals(name, new PoolName(className, set).toString());
    }

    /** What nobody here has written is a pool of the first set by just that name. */
    @ParameterizedTest
    @ValueSource(strings = {"fast@", "fast@1", "fast@0", "fast@02", "fast@100", "fast@x", "@2", "fast@-2"})
    void otherNamesAreWhatTheyAre(String name) {
        assertEquals(new PoolName(name, 1), PoolName.of(name));
        assertEquals(name, PoolName.of(name).toString());
    }

    @Test
    void likePoolsDifferInTheirSetsOnly() {
        assertTrue(PoolName.areAlike("fast", "FAST@7"));
        assertFalse(PoolName.areAlike("fast@2", "capacity@2"));
        assertThrows(IllegalArgumentException.class, () -> new PoolName("fast", 100));
    }

    @ParameterizedTest
    @CsvSource({"1, 1, 1", "1, 64, 64", "2, 1, 201", "99, 64, 9964"})
    void placesCountThroughTheSets(int set, int place, int inServer) {
        assertEquals(inServer, PoolName.placeInServer(set, place));
        assertEquals(set, PoolName.setOfPlace(inServer));
        assertEquals(place, PoolName.placeInSet(inServer));
    }
}
