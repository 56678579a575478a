package io.batonfs.transport.verbs;

/**
 * What a doorbell has to do that may take its time: done by a thread that the wire lends ({@link Wire#lend}), and once
 * for each time that it was lent.
 */
public interface Errand {

    /**
     * Does it, with no lock held. Must not throw.
     *
     * @param brief whether the thread belongs to somebody who waits for an answer, which this may bring: then what
     *              others want is left to others once some of it was done
     */
    void run(boolean brief);

    /** Instead of {@link #run}, if nobody has come to do it: has somebody else do it. Any thread; waits for nothing. */
    void elsewhere();
}
