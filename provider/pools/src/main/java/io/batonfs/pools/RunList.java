package io.batonfs.pools;

import java.util.ArrayList;
import java.util.List;

/** The rows of a segment in order. Immutable. */
final class RunList {
    static final RunList EMPTY = new RunList(List.of());

    private final List<Run> runs;
    private final int rows;

    RunList(List<Run> runs) {
        this.runs = List.copyOf(runs);
        this.rows = runs.stream().mapToInt(Run::rows).sum();
    }

    List<Run> runs() {
        return runs;
    }

    int rows() {
        return rows;
    }

    /** Row of the pool that is the segment's row {@code index}. */
    long row(int index) {
        int before = 0;
        for (int i = 0; i < runs.size(); i++) {
            Run run = runs.get(i);
            if (index < before + run.rows()) {
                return run.start() + index - before;
            }
            before += run.rows();
        }
        throw new IllegalArgumentException("row " + index + " is not among " + rows);
    }

    /** How many rows from {@code index} on, itself included, lie together. */
    int contiguous(int index) {
        int before = 0;
        for (int i = 0; i < runs.size(); i++) {
            before += runs.get(i).rows();
            if (index < before) {
                return before - index;
            }
        }
        throw new IllegalArgumentException("row " + index + " is not among " + rows);
    }

    /** This list with runs behind it; one that continues the last is joined to it. */
    RunList plus(List<Run> more) {
        List<Run> joined = new ArrayList<>(runs);
        for (Run run : more) {
            Run last = joined.isEmpty() ? null : joined.get(joined.size() - 1);
            if (last != null && last.end() == run.start()) {
                joined.set(joined.size() - 1, new Run(last.start(), last.rows() + run.rows()));
            } else {
                joined.add(run);
            }
        }
        return new RunList(joined);
    }

    /** The first rows only. */
    RunList first(int count) {
        List<Run> kept = new ArrayList<>();
        int rest = count;
        for (Run run : runs) {
            if (rest > 0) {
                kept.add(new Run(run.start(), Math.min(rest, run.rows())));
                rest -= run.rows();
            }
        }
        return new RunList(kept);
    }

    /** What {@link #first} leaves out. */
    List<Run> after(int count) {
        List<Run> rest = new ArrayList<>();
        int skip = count;
        for (Run run : runs) {
            if (skip < run.rows()) {
                rest.add(new Run(run.start() + Math.max(0, skip), run.rows() - Math.max(0, skip)));
            }
            skip -= run.rows();
        }
        return rest;
    }

    @Override
    public String toString() {
        return runs.toString();
    }
}
