package io.batonfs.bench;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** What the rows that have been measured say. For one thread. */
final class Results {
    private final List<Result> results = new ArrayList<>();

    /**
     * Adds a row with its samples; returns what it says.
     *
     * @throws IllegalStateException if they lack a detail that they are to be compared with
     */
    List<Result> add(Row row, Map<Contender, Series> series) {
        List<Result> said = new ArrayList<>();
        for (Comparison comparison : row.comparisons()) {
            Measure peer = look(comparison, series);
            boolean another = said.stream().anyMatch(r -> r.comparison().subject() == comparison.subject());
            String name =
                    row.name() + " " + comparison.subject().title() + (another ? " beside " + peer.name() : "");
            said.add(new Result(name, row, comparison, series.get(comparison.subject()), peer));
        }
        results.addAll(said);
        return said;
    }

    private static Measure look(Comparison comparison, Map<Contender, Series> series) {
        Yardstick yardstick = comparison.yardstick();
        if (yardstick instanceof Yardstick.Peer peer) {
            Series other = series.get(peer.contender());
            return of(peer.contender().title(), other.figures(), Optional.of(other));
        }
        if (yardstick instanceof Yardstick.Part part) {
            Spread figures = series.get(comparison.subject()).detail(part.detail()).plus(part.allowance());
            String name = part.allowance() == 0 ? part.title()
                    : String.format(Locale.ROOT, "%s + %s", part.title(), part.allowance());
            return of(name, figures, Optional.empty());
        }
        double limit = ((Yardstick.Limit) yardstick).value();
        return new Measure("limit", Optional.empty(), Optional.empty(), limit);
    }

    private static Measure of(String name, Spread figures, Optional<Series> series) {
        return new Measure(name, Optional.of(figures), series, figures.median());
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
