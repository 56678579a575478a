package io.batonfs.catalog.tree;

import java.util.List;
import java.util.Optional;

/** Storage policies are inherited at lookup: who has none has that of the nearest directory above with one. */
public final class StoragePolicies {

    private StoragePolicies() {
    }

    /** The policy in force at the end of a trail from the root; empty if nothing on it has one. */
    public static Optional<String> inForce(List<Located> trail) {
        for (int i = trail.size() - 1; i >= 0; i--) {
            String policy = trail.get(i).row().attributes().storagePolicy();
            if (!policy.isEmpty()) {
                return Optional.of(policy);
            }
        }
        return Optional.empty();
    }
}
