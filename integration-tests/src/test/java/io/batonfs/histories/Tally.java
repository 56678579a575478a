package io.batonfs.histories;

import java.util.Map;
import java.util.TreeMap;

/** What happened in histories, in numbers: that they were races, and of all kinds. */
final class Tally {
    private final Map<String, Integer> outcomes = new TreeMap<>();
    private long calls;
    private long overlapping;
    private long unknown;
    private long notNow;

    /** Counts a history. */
    void add(History history) {
        for (Call call : history.calls()) {
            calls++;
            if (history.calls().stream().anyMatch(other -> other.client() != call.client()
                    && other.invoked() < call.returned() && call.invoked() < other.returned())) {
                overlapping++;
            }
            unknown += call.outcome().equals(Outcome.UNKNOWN) ? 1 : 0;
            notNow += call.outcome().equals(Outcome.NOT_NOW) ? 1 : 0;
            String[] words = call.outcome().line().split(" ");
            String detail = words[0].equals("returned") || words[0].equals("failed") ? " " + words[1] : "";
            outcomes.merge(call.operation().getClass().getSimpleName() + " " + words[0] + detail, 1, Integer::sum);
        }
    }

    long calls() {
        return calls;
    }

    /** Calls that another client's call ran beside. */
    long overlapping() {
        return overlapping;
    }

    /** Calls whose outcome is unknown. */
    long unknown() {
        return unknown;
    }

    /** Calls that were told to come back later. */
    long notNow() {
        return notNow;
    }

    @Override
    public String toString() {
        StringBuilder text = new StringBuilder(calls + " calls, " + overlapping + " beside another");
        outcomes.forEach((outcome, count) -> text.append(String.format("%n  %6d %s", count, outcome)));
        return text.toString();
    }
}
