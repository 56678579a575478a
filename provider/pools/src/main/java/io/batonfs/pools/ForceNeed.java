package io.batonfs.pools;

/** Whether what was written should be forced; see {@link ForcePolicy}. In the order of urgency. */
enum ForceNeed {
    /** Not because of how much it is. */
    NONE,
    /** Soon, while appends go on. */
    EARLY,
    /** Before the append is answered. */
    NOW;

    /** The more urgent one. */
    ForceNeed or(ForceNeed other) {
        return compareTo(other) >= 0 ? this : other;
    }
}
