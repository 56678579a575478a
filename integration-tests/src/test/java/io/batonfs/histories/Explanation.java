package io.batonfs.histories;

import io.batonfs.histories.LinearizabilityChecker.Verdict;

/**
 * Makes an illegal history small enough to understand. What is left out keeps it illegal for the same reason: everything
 * after the first moment at which it was, and observations that are not needed. Changes stay, since a history may become
 * illegal for want of them.
 */
final class Explanation {

    private Explanation() {
    }

    /** The smallest illegal history in an illegal one that this can find. */
    static History shrink(History illegal) {
        History small = illegal.parts().stream().filter(part -> !isLegal(part)).findFirst().orElseThrow();
        for (Call last : small.calls().stream().sorted((a, b) -> Long.compare(a.returned(), b.returned())).toList()) {
            History until = small.until(last.returned());
            if (!isLegal(until)) {
                small = until;
                break;
            }
        }
        for (Call call : small.calls()) {
            boolean needless = call.outcome() instanceof Outcome.Failed
                    || !call.operation().changes() && !call.outcome().equals(Outcome.UNKNOWN);
            History fewer = small.without(call);
            if (needless && !fewer.calls().isEmpty() && !isLegal(fewer)) {
                small = fewer;
            }
        }
        return small;
    }

    /** An illegal history, shrunk, with what the checker found of it, in words. */
    static String of(History illegal) {
        History small = shrink(illegal);
        Verdict verdict = LinearizabilityChecker.check(small);
        StringBuilder text = new StringBuilder("no order explains these calls (begin..end on a common clock):\n")
                .append(small).append("the longest order that explains its own:\n");
        verdict.order().forEach(call -> text.append("  ").append(call).append('\n'));
        text.append("leads to ").append(verdict.tree()).append("; next had to be one of\n");
        verdict.stuck().forEach(call -> text.append("  ").append(call).append('\n'));
        return text.toString();
    }

    private static boolean isLegal(History history) {
        return LinearizabilityChecker.check(history).legal();
    }
}
