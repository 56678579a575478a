package io.batonfs.catalog.audit;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/** Collects what does not add up. */
final class Findings {
    private final List<String> found = new ArrayList<>();

    void check(boolean right, String sentence) {
        if (!right) {
            found.add(sentence);
        }
    }

    void equal(Object stored, Object counted, String what) {
        check(Objects.equals(stored, counted), what + ": stored " + stored + ", counted " + counted);
    }

    List<String> all() {
        return List.copyOf(found);
    }
}
