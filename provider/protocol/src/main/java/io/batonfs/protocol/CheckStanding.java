package io.batonfs.protocol;

import io.batonfs.model.GroupId;
import java.util.Objects;
import java.util.Optional;

/**
 * How far a check of a running group is.
 *
 * @param state  whether it is under way
 * @param what   what it does, as "comparing extents with the catalog"; once it has failed, why
 * @param totals what it came to; there if it is DONE, and only then
 */
public record CheckStanding(State state, String what, Optional<Totals> totals) {

    /** Whether a check is under way. */
    public enum State { RUNNING, DONE, FAILED }

    /** Checks that the totals are there if they have to be. */
    public CheckStanding {
        Objects.requireNonNull(what, "what");
        if (totals.isPresent() != (state == State.DONE)) {
            throw new IllegalArgumentException(
                    "a check that is " + state + (totals.isPresent() ? " has" : " does not have") + " totals");
        }
    }

    /**
     * What a check came to, beside what it found by name.
     *
     * @param group         the group
     * @param catalogRead   whether the catalog could be asked; without it nobody knows what of the damage is in files
     * @param allRead       whether all that is known could be looked at; if not, problems say why
     * @param unnamedBytes  what is lost beyond what is named
     * @param leftoverBytes what is lost beyond that in segments that nobody reads
     * @param extents       extents that were compared with the catalog
     * @param strayExtents  extents that servers hold and that no route leads to
     * @param strayBytes    bytes of those
     */
    public record Totals(GroupId group, boolean catalogRead, boolean allRead, long unnamedBytes, long leftoverBytes,
            long extents, long strayExtents, long strayBytes) {

        /** Checks for nulls. */
        public Totals {
            Objects.requireNonNull(group, "group");
        }
    }
}
