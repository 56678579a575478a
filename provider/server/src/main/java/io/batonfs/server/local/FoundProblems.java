package io.batonfs.server.local;

import java.util.ArrayList;
import java.util.List;

/** What keeps parts of a group from being whole: a sentence each, as many as are told, the rest counted. For one thread. */
final class FoundProblems {
    private final int most;
    private final List<String> told = new ArrayList<>();
    private long more;

    FoundProblems(int most) {
        this.most = most;
    }

    void add(String problem) {
        if (told.size() < most) {
            told.add(problem);
        } else {
            more++;
        }
    }

    /** Those that are told; how many aren't is the last of them. */
    List<String> all() {
        List<String> all = new ArrayList<>(told);
        if (more > 0) {
            all.add("and " + more + " problems more, which are not told");
        }
        return all;
    }
}
