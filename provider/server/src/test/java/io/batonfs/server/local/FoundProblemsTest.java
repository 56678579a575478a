package io.batonfs.server.local;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import org.junit.jupiter.api.Test;

/** Of problems as many are told as a report can hold, and how many there are besides. */
class FoundProblemsTest {
    @Test
    void whatIsTooMuchIsCounted() {
        FoundProblems problems = new FoundProblems(2);
        problems.add("one");
        problems.add("two");
        assertEquals(List.of("one", "two"), problems.all());
        problems.add("three");
        problems.add("four");
        assertEquals(List.of("one", "two", "and 2 problems more, which are not told"), problems.all());
    }
}
