package io.batonfs.model;

import java.util.List;

/**
 * Where a run of pages is: the only truth about it (DESIGN.md 2).
 *
 * @param run    the pages
 * @param owners the server that serves them, then its mirrors (0 to 2)
 * @param epoch  raised whenever the run's route changes
 */
public record Route(PageRun run, List<ServerId> owners, Epoch epoch) {

    /** Checks that there are 1 to 3 owners, all different. */
    public Route {
        owners = List.copyOf(owners);
        if (owners.isEmpty() || owners.size() > 3 || owners.stream().distinct().count() != owners.size()) {
            throw new IllegalArgumentException("a route has 1 to 3 different servers, not " + owners);
        }
    }

    /** The server that serves the run. */
    public ServerId owner() {
        return owners.get(0);
    }
}
