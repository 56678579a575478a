package io.batonfs.server.daemon;

import java.util.List;
import java.util.Locale;

/**
 * How a daemon is at one moment.
 *
 * @param state   in one word
 * @param reasons what an operator should look at, a sentence each; empty if all is well
 */
public record Health(State state, List<String> reasons) {

    /** In one word. */
    public enum State {
        /** All is well. */
        HEALTHY(200),
        /** It serves, but something is lost or refused: a device, free space, the right to change anything. */
        DEGRADED(200),
        /** It does not serve. */
        FAILED(503);

        private final int httpStatus;

        State(int httpStatus) {
            this.httpStatus = httpStatus;
        }

        /** What /health answers with. */
        public int httpStatus() {
            return httpStatus;
        }

        /** As /health writes it. */
        public String word() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /** Copies the list. */
    public Health {
        reasons = List.copyOf(reasons);
    }

    static Health failed(String reason) {
        return new Health(State.FAILED, List.of(reason));
    }

    static Health with(List<String> problems) {
        return new Health(problems.isEmpty() ? State.HEALTHY : State.DEGRADED, problems);
    }
}
