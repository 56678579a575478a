package io.batonfs.pools;

import java.util.Iterator;
import java.util.ServiceLoader;

/**
 * Told of each read and append of a pool that succeeded, for experiments: to write down a trace of what a server does
 * with its pages. A program that wants to know has one on its class path, as a {@link ServiceLoader} finds it; the first
 * that is found counts, for all pools of the JVM. Without one, which is how servers run, a read costs nothing more.
 *
 * <p>Called by whoever reads or appends, without locks of the pool, so by many threads at a time; what it throws comes
 * out there. What the server itself moves (a page to another pool, say) is told of, too.
 */
public interface SegmentObserver {

    /**
     * Bytes of a segment were read or appended.
     *
     * @param identity    the page
     * @param write       whether they were appended
     * @param lengthBytes how many; not 0 if appended
     */
    void touched(SegmentIdentity identity, boolean write, int lengthBytes);

    /** The first one on the class path, or one that does nothing. */
    static SegmentObserver found() {
        // Not by the thread's loader: that of an application may have this interface a second time.
        Iterator<SegmentObserver> all =
                ServiceLoader.load(SegmentObserver.class, SegmentObserver.class.getClassLoader()).iterator();
        return all.hasNext() ? all.next() : (identity, write, lengthBytes) -> { };
    }
}
