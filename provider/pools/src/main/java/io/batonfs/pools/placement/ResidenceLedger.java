package io.batonfs.pools.placement;

import java.util.HashMap;
import java.util.Map;
import java.util.function.Predicate;

/**
 * Which units were sent where, and when: what keeps them from being sent to and fro, and what remembers where a
 * volume goes whose pages need many rounds; and which pages could not be moved. As large as the lists of the rounds
 * within the residence. Not thread-safe.
 */
final class ResidenceLedger {
    private record Sent(String pool, long atMs) {
    }

    private final long residenceMs;
    private final Map<UnitKey, Sent> sent = new HashMap<>();

    ResidenceLedger(long residenceMs) {
        this.residenceMs = residenceMs;
    }

    void sent(UnitKey unit, String pool, long nowMs) {
        sent.put(unit, new Sent(pool, nowMs));
    }

    /** Where it was sent, or null. */
    String destination(UnitKey unit) {
        Sent found = sent.get(unit);
        return found == null ? null : found.pool();
    }

    /** Whether it was sent somewhere so lately that it has to stay. Clocks that were set back free nobody too early. */
    boolean rests(UnitKey unit, long nowMs) {
        Sent found = sent.get(unit);
        return found != null && nowMs - found.atMs() < residenceMs;
    }

    void forget(UnitKey unit) {
        sent.remove(unit);
    }

    /** Forgets what rests no more, but for units that are still on their way. */
    void prune(long nowMs, Predicate<UnitKey> onItsWay) {
        sent.entrySet().removeIf(entry -> nowMs - entry.getValue().atMs() >= residenceMs
                && !onItsWay.test(entry.getKey()));
    }

    int size() {
        return sent.size();
    }
}
