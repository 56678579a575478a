package io.batonfs.transport.wire;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sees to it that a fault in a connection's memory ({@link FaultBarrier}), which the driver of a loop is told of late,
 * comes up while the driver is at that connection, and so can harm nothing else: before it turns to anything else, it
 * passes the barrier. As long as it looks at one and the same connection again and again, that costs nothing.
 *
 * <p>Belongs to the loop's driver, but for what is said.
 */
final class FaultContainment {
    private static final Logger LOG = LoggerFactory.getLogger(FaultContainment.class);

    private final String name;
    private final Runnable whenFaultMet;
    private final FailedConnections failed;
    /** The connection that the driver is at, and whether any memory was touched since faults were brought up last. */
    private IoLoop.Polled lookedAt;
    private boolean touched;

    /**
     * For one loop.
     *
     * @param whenFaultMet told of faults that can't be laid at one connection's door
     * @param failed       ends connections
     */
    FaultContainment(String name, Runnable whenFaultMet, FailedConnections failed) {
        this.failed = failed;
        this.name = name;
        this.whenFaultMet = whenFaultMet;
    }

    /** Before the driver turns to what is not the connection's that it looked at. */
    void bringUp() {
        lookedAt = null;
        if (touched) {
            touched = false;
            bringUpHere();
        }
    }

    /** Whatever the caller has met comes up here. Any thread. */
    void bringUpHere() {
        try {
            FaultBarrier.pass();
        } catch (InternalError e) {
            met(e);
        }
    }

    /** A fault came up, and it is not known whose. Any thread. */
    void met(InternalError fault) {
        // Whose it is will be said when that connection ends; until then it is met at every look.
        LOG.debug("{} has met a fault in memory shared with a peer: {}", name, fault.toString());
        FaultBarrier.clear();
        whenFaultMet.run();
    }

    /** Something that touches one connection's memory; a fault ends that one. */
    void within(IoLoop.Polled connection, Runnable what) {
        touched = false;
        bringUpHere();
        lookedAt = connection;
        try {
            what.run();
            FaultBarrier.pass();
        } catch (InternalError e) {
            drop(connection, e);
        } finally {
            lookedAt = null;
        }
    }

    /**
     * Looks at one of those that are looked at again and again. Where there are several, reading comes first, and what
     * another one's memory may have left comes up before anything is changed.
     *
     * @param poll true for {@code poll}, false for {@code sleeps}, whose result this is; false if it fails
     */
    boolean look(IoLoop.Polled connection, boolean poll) {
        if (lookedAt != connection) {
            if (touched && (!poll || hasNews(connection))) {
                bringUp();
            }
            lookedAt = connection;
        }
        touched = true;
        try {
            return poll ? connection.poll() : connection.sleeps();
        } catch (InternalError e) {
            drop(connection, e);
        } catch (RuntimeException | Error e) {
            failed.failed(connection, e);
        }
        return false;
    }

    /** A fault may be this one's, or what another one's memory has left, which then has come up. */
    private boolean hasNews(IoLoop.Polled connection) {
        try {
            return connection.hasNews();
        } catch (InternalError e) {
            met(e);
            return false;
        }
    }

    private void drop(IoLoop.Polled connection, InternalError fault) {
        FaultBarrier.clear();
        failed.drop(connection, "its memory is not there any more: the peer has cut its file short");
        LOG.warn("{} has met a fault in memory shared with a peer: {}", name, fault.toString());
    }
}
