package io.batonfs.transport.verbs;

/**
 * What a doorbell has to do that may take its time: done by a thread that the wire lends ({@link Wire#lend}), and once
 * for each time that it was lent.
 */
public interface Errand {

    /** Whose thread runs an errand. */
    enum Runner {
        /** The wire's. */
        WIRE,
        /**
         * Who sent the message that the errand is for, and waits for its answer: what others want is left to others
         * once some of it was done.
         */
        SENDER,
        /** Somebody who waits for another answer of the connection: does nothing that may take long. */
        BYSTANDER
    }

    /**
     * Does it, with no lock held. Must not throw, but for want of a stack: then a wire whose users' own threads run
     * errands has {@link #elsewhere} follow, by another thread.
     */
    void run(Runner runner);

    /**
     * Instead of {@link #run}, if nobody has come to do it, or behind one that has thrown: has somebody else do it, or
     * what is left of it. Any thread; waits for nothing.
     */
    void elsewhere();
}
