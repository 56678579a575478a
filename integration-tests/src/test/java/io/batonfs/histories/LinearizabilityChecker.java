package io.batonfs.histories;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Decides whether a history is linearizable: whether its calls have an order in which each took effect at one moment
 * between its beginning and its end, and each outcome is what {@link Specification} says.
 *
 * <p>The search is Wing and Gong's with Lowe's memory: next in the order can be every call that began before the first end
 * of the calls not yet placed; a set of placed calls with the tree that it leads to is tried once. A call with an unknown
 * outcome may be placed at any moment after its beginning, with whatever it does then, or never. One that was told
 * {@link Outcome#NOT_NOW} did nothing and is left out.
 */
final class LinearizabilityChecker {

    /**
     * What was found.
     *
     * @param legal    whether there is an order
     * @param order    that order, of the part of the history that was judged last; if there is none, the longest
     *                 beginning of one
     * @param tree     what it leads to
     * @param stuck    if there is none: the calls of which one had to come next
     */
    record Verdict(boolean legal, List<Call> order, FileTree tree, List<Call> stuck) {
    }

    private record Tried(BitSet placed, FileTree tree) {
    }

    private final List<Call> calls;
    private final Set<Tried> tried = new HashSet<>();
    private final BitSet placed = new BitSet();
    private final Deque<Call> order = new ArrayDeque<>();
    private Verdict longest = new Verdict(false, List.of(), FileTree.EMPTY, List.of());
    private Verdict explained;

    private LinearizabilityChecker(History history) {
        this.calls = history.calls().stream().filter(call -> !call.outcome().equals(Outcome.NOT_NOW)).toList();
    }

    /** Judges a whole history, which began with an empty tree. The verdict is that on the first part that is illegal. */
    static Verdict check(History history) {
        Verdict verdict = new Verdict(true, List.of(), FileTree.EMPTY, List.of());
        for (History part : history.parts()) {
            verdict = new LinearizabilityChecker(part).search();
            if (!verdict.legal()) {
                return verdict;
            }
        }
        return verdict;
    }

    private Verdict search() {
        return place(FileTree.EMPTY) ? explained : longest;
    }

    private boolean place(FileTree tree) {
        long firstEnd = Long.MAX_VALUE;
        for (int i = placed.nextClearBit(0); i < calls.size(); i = placed.nextClearBit(i + 1)) {
            firstEnd = Math.min(firstEnd, calls.get(i).latest());
        }
        List<Integer> next = new ArrayList<>();
        for (int i = placed.nextClearBit(0); i < calls.size(); i = placed.nextClearBit(i + 1)) {
            if (calls.get(i).invoked() <= firstEnd) {
                next.add(i);
            }
        }
        if (firstEnd == Long.MAX_VALUE) {
            explained = new Verdict(true, List.copyOf(order), tree, List.of());
            return true;
        }
        if (order.size() >= longest.order().size()) {
            longest = new Verdict(false, List.copyOf(order), tree, next.stream().map(calls::get).toList());
        }
        if (!tried.add(new Tried((BitSet) placed.clone(), tree))) {
            return false;
        }
        for (int index : next) {
            if (placeNext(index, tree)) {
                return true;
            }
        }
        return false;
    }

    private boolean placeNext(int index, FileTree tree) {
        Call call = calls.get(index);
        Specification.Step step = Specification.step(tree, call.operation());
        if (!call.outcome().equals(Outcome.UNKNOWN) && !step.right().test(call.outcome())) {
            return false;
        }
        placed.set(index);
        order.addLast(call);
        boolean found = place(step.after());
        order.removeLast();
        placed.clear(index);
        return found;
    }
}
