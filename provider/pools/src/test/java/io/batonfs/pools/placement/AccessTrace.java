package io.batonfs.pools.placement;

import java.io.IOException;
import java.util.List;
import java.util.function.Consumer;

/** Accesses to pages over time, the same at each replay. */
interface AccessTrace {

    /** What the table calls it. */
    String name();

    /** The pages that there are before it begins, in the order in which they were written. */
    List<TracePage> pagesAtStart();

    /** The intervals, from 0, at which habits change; a tiering's time to adapt counts from there. */
    List<Integer> changes();

    /** Gives all accesses, in the order of their time. */
    void replay(Consumer<Access> to) throws IOException;
}
