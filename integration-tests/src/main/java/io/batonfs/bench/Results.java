package io.batonfs.bench;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;

/** The rows that have been measured, and what they say. For one thread. */
final class Results {
    private final Map<String, Map<Contender, Series>> measured = new HashMap<>();
    private final List<Result> results = new ArrayList<>();

    /** Adds a row with its samples; returns what it says. */
    List<Result> add(Row row, Map<Contender, Series> series) {
        measured.put(row.name(), series);
        List<Result> said = new ArrayList<>();
        for (Comparison comparison : row.comparisons()) {
            Measure peer = look(comparison, series);
            boolean another = said.stream().anyMatch(r -> r.comparison().subject() == comparison.subject());
            String name = row.name() + " " + comparison.subject().title() + (another ? " beside " + peer.name() : "");
            said.add(new Result(name, row, comparison, series.get(comparison.subject()), peer));
        }
        results.addAll(said);
        return said;
    }

    private Measure look(Comparison comparison, Map<Contender, Series> series) {
        Yardstick yardstick = comparison.yardstick();
        if (yardstick instanceof Yardstick.Peer peer) {
            return of(peer.contender().title(), series.get(peer.contender()), 0);
        }
        if (yardstick instanceof Yardstick.EarlierRow earlier) {
            String name = String.format(Locale.ROOT, "%s %s + %s",
                    earlier.row(), comparison.subject().title(), earlier.allowance());
            Series other = measured.getOrDefault(earlier.row(), Map.of()).get(comparison.subject());
            return other == null ? new Measure(name, Optional.empty(), OptionalDouble.empty())
                    : of(name, other, earlier.allowance());
        }
        double limit = ((Yardstick.Limit) yardstick).value();
        return new Measure("limit", Optional.empty(), OptionalDouble.of(limit));
    }

    private static Measure of(String name, Series series, double allowance) {
        return new Measure(name, Optional.of(series), OptionalDouble.of(series.figures().median() + allowance));
    }

    /** What the rows of a group said. */
    List<Result> ofGroup(String group) {
        return results.stream().filter(result -> result.row().group().equals(group)).toList();
    }

    /** What all rows said. */
    List<Result> all() {
        return List.copyOf(results);
    }
}
