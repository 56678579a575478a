package io.batonfs.model;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.function.Function;
import org.junit.jupiter.api.Test;

class MemoTest {
    private int made;
    private final Function<String, String> twice = text -> {
        made++;
        return text + text;
    };
    private final Memo<String> memo = new Memo<>();

    @Test
    void whatWasMadeIsMadeOnce() {
        String first = memo.of("ab", twice);
        assertEquals("abab", first);
        assertSame(first, memo.of("ab", twice));
        assertEquals(1, made);
    }

    @Test
    void eachWayGivesItsOwnAndOnlyTheLastIsRemembered() {
        String first = memo.of("ab", twice);
        assertEquals(2, memo.of("ab", String::length));
        assertNotSame(first, memo.of("ab", twice));
        assertEquals(2, made);
    }

    @Test
    void nothingIsRememberedTooAndAFailureIsNot() {
        Function<String, String> nothing = text -> made++ == 0 ? null : text;
        assertNull(memo.of("ab", nothing));
        assertNull(memo.of("ab", nothing));
        Memo<String> other = new Memo<>();
        Function<String, String> fails = text -> {
            if (made++ < 2) {
                throw new IllegalStateException("not yet");
            }
            return text;
        };
        assertThrows(IllegalStateException.class, () -> other.of("ab", fails));
        assertEquals("ab", other.of("ab", fails));
    }
}
