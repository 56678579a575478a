package io.batonfs.histories;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Calls of several clients, in the order in which they began.
 *
 * @param calls what was called
 */
record History(List<Call> calls) {

    /** Sorts. */
    History {
        calls = calls.stream().sorted(Comparator.comparingLong(Call::invoked)).toList();
    }

    /**
     * Parts that have no path in common, judged one by one because a history is legal if each part is: two names directly
     * below the root belong together if a call names both, or the root.
     */
    Collection<History> parts() {
        Map<Integer, String> pathOfTag = new HashMap<>();
        Groups groups = new Groups();
        for (Call call : calls) {
            if (call.operation() instanceof Operation.Create) {
                Operation.Create create = (Operation.Create) call.operation();
                pathOfTag.put(create.tag(), create.path());
            }
            List<String> paths = call.operation().paths();
            paths.forEach(path -> groups.join(top(path), top(paths.get(0))));
        }
        boolean whole = groups.has("");
        Map<String, List<Call>> parts = new TreeMap<>();
        for (Call call : calls) {
            String path = call.operation() instanceof Operation.Close
                    ? pathOfTag.get(((Operation.Close) call.operation()).tag())
                    : call.operation().paths().get(0);
            parts.computeIfAbsent(whole ? "" : groups.of(top(path)), group -> new ArrayList<>()).add(call);
        }
        return parts.values().stream().map(History::new).toList();
    }

    /** The name directly below the root; empty for the root. */
    private static String top(String path) {
        return path.split("/", 3)[1];
    }

    /** Without one call. */
    History without(Call call) {
        List<Call> fewer = new ArrayList<>(calls);
        fewer.remove(call);
        return new History(fewer);
    }

    /** What had happened at a moment: calls that were under way then have no known outcome. */
    History until(long moment) {
        List<Call> before = new ArrayList<>();
        for (Call call : calls) {
            if (call.returned() <= moment) {
                before.add(call);
            } else if (call.invoked() <= moment) {
                before.add(new Call(call.client(), call.invoked(), call.returned(), call.operation(), Outcome.UNKNOWN));
            }
        }
        return new History(before);
    }

    @Override
    public String toString() {
        StringBuilder text = new StringBuilder();
        calls.forEach(call -> text.append("  ").append(call).append('\n'));
        return text.toString();
    }

    /** Names that belong together. */
    private static final class Groups {
        private final Map<String, String> leaders = new HashMap<>();

        void join(String one, String other) {
            leaders.put(of(one), of(other));
        }

        boolean has(String name) {
            return leaders.containsKey(name);
        }

        String of(String name) {
            String leader = name;
            while (!leaders.computeIfAbsent(leader, itself -> itself).equals(leader)) {
                leader = leaders.get(leader);
            }
            return leader;
        }
    }
}
