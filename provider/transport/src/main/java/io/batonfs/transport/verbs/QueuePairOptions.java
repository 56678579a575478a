package io.batonfs.transport.verbs;

import java.util.Objects;

/**
 * How to make a queue pair.
 *
 * @param domain            what its peer may reach
 * @param sendCompletions   where finished sends and writes are announced
 * @param receiveCompletions where receives and the end of the connection are announced
 * @param maxSends          requests outstanding at most, at least 1
 * @param maxReceives       receives of its own posted at most, at least 1; at least 0 if it has a shared queue. They are
 *                          taken before those of the shared queue
 * @param attachment        anything; comes back with {@link QueuePair#attachment}; may be null
 * @param sharedReceives    whose receives it takes when it has none of its own; of the same domain; null if it
 *                          has none, or none yet ({@link QueuePair#takeFrom})
 * @param allowedReceives   how many of those it may take before more are allowed ({@link QueuePair#allowReceives}), at
 *                          least 0; {@link #UNBOUNDED} for as many as there are, as verbs know it
 */
public record QueuePairOptions(
        ProtectionDomain domain, CompletionQueue sendCompletions, CompletionQueue receiveCompletions, int maxSends,
        int maxReceives, Object attachment, SharedReceiveQueue sharedReceives, int allowedReceives) {
    /** As many receives of the shared queue as there are. */
    public static final int UNBOUNDED = Integer.MAX_VALUE;

    /** Checks the ranges. */
    public QueuePairOptions {
        Objects.requireNonNull(domain, "domain");
        Objects.requireNonNull(sendCompletions, "sendCompletions");
        Objects.requireNonNull(receiveCompletions, "receiveCompletions");
        if (maxSends < 1 || maxReceives < (sharedReceives == null ? 1 : 0) || allowedReceives < 0) {
            throw new IllegalArgumentException("a queue pair of " + maxSends + " sends and " + maxReceives
                    + " receives, and " + allowedReceives + " of a shared queue, can't carry anything");
        }
        if (sharedReceives != null && sharedReceives.domain() != domain) {
            throw new IllegalArgumentException("the shared receive queue is of another protection domain");
        }
    }

    /** With receives of its own only. */
    public QueuePairOptions(ProtectionDomain domain, CompletionQueue sendCompletions,
            CompletionQueue receiveCompletions, int maxSends, int maxReceives, Object attachment) {
        this(domain, sendCompletions, receiveCompletions, maxSends, maxReceives, attachment, null, 0);
    }

    /** The same, taking from a shared queue what it has no receives of its own for. */
    public QueuePairOptions takingFrom(SharedReceiveQueue queue, int allowed) {
        return new QueuePairOptions(domain, sendCompletions, receiveCompletions, maxSends, maxReceives, attachment,
                queue, allowed);
    }
}
