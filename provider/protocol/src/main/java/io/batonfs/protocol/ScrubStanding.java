package io.batonfs.protocol;

import io.batonfs.model.ServerId;
import java.util.Objects;

/**
 * How scrubbing of a set of a storage server's devices is, for who waits for a pass.
 *
 * @param server             the storage server
 * @param set                the number of the set of its devices, from 1
 * @param offBecause         why it is not scrubbed; empty if it is
 * @param underWay           whether a pass is under way
 * @param passBegunMs        when that began by the server's clock, milliseconds since 1970; 0 if none is under way
 * @param paused             whether scrubbing is paused
 * @param heldBecause        why the pass does not go on at this moment; empty if it does
 * @param percent            how much of the pass is done
 * @param lastWholePassMs    when the last pass that read everything ended, milliseconds since 1970; 0 if none has
 * @param lastWholePassAgoMs how long ago that is by the server's clock; 0 if none has
 * @param findingsKnown      whether what that pass found is still known: not if the server was started after it
 */
public record ScrubStanding(ServerId server, int set, String offBecause, boolean underWay, long passBegunMs, boolean paused,
        String heldBecause, int percent, long lastWholePassMs, long lastWholePassAgoMs, boolean findingsKnown) {

    /** Checks for nulls. */
    public ScrubStanding {
        Objects.requireNonNull(server, "server");
        Objects.requireNonNull(offBecause, "offBecause");
        Objects.requireNonNull(heldBecause, "heldBecause");
    }

    /** Whether it is scrubbed at all. */
    public boolean isOn() {
        return offBecause.isEmpty();
    }
}
