package io.batonfs.transport.simulation;

/** What can happen to a packet on its way, or because of it (LW-15). */
public enum Fault {
    /** Nothing: it arrives. */
    NONE,
    /** It is lost. */
    DROP,
    /** It arrives twice, the second time later. */
    DUPLICATE,
    /** It and what comes behind it on its path arrive later. */
    DELAY,
    /** It arrives later, and is overtaken by what comes behind it. */
    REORDER,
    /** One of its bits arrives changed. */
    CORRUPT,
    /** It is lost with all that goes between the two NICs for a while, in both directions. */
    CUT,
    /** The same until somebody heals the network. */
    CUT_FOR_GOOD,
    /** The NIC that it was to arrive at dies; a new one can be attached in its place. */
    NIC_DEATH
}
