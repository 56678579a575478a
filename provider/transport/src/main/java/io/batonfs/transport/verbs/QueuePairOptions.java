package io.batonfs.transport.verbs;

import java.util.Objects;

/**
 * How to make a queue pair.
 *
 * @param domain          what its peer may reach
 * @param sendCompletions where finished sends and writes are announced
 * @param receiveCompletions where receives and the end of the connection are announced
 * @param maxSends        requests outstanding at most, at least 1
 * @param maxReceives     receives posted at most, at least 1
 * @param attachment      anything; comes back with {@link QueuePair#attachment}; may be null
 */
public record QueuePairOptions(
        ProtectionDomain domain, CompletionQueue sendCompletions, CompletionQueue receiveCompletions, int maxSends,
        int maxReceives, Object attachment) {

    /** Checks the ranges. */
    public QueuePairOptions {
        Objects.requireNonNull(domain, "domain");
        Objects.requireNonNull(sendCompletions, "sendCompletions");
        Objects.requireNonNull(receiveCompletions, "receiveCompletions");
        if (maxSends < 1 || maxReceives < 1) {
            throw new IllegalArgumentException("a queue pair of " + maxSends + " sends and " + maxReceives
                    + " receives can't carry anything");
        }
    }
}
