package io.batonfs.transport.lwio;

import io.batonfs.transport.verbs.AccessRight;
import io.batonfs.transport.verbs.Nic;
import io.batonfs.transport.verbs.ProtectionDomain;
import io.batonfs.transport.verbs.SharedReceiveQueue;
import io.batonfs.transport.verbs.VerbsException;
import java.io.Closeable;
import java.util.Set;

/**
 * The receive buffers of one class of size, which all connections of the class share (LW-16): equal buffers, each of
 * them posted in one shared receive queue or held by a request that came in it. A <i>reserved</i> buffer is one that
 * somebody's credit stands for; which one it will be is decided when a message comes.
 *
 * <p>What makes the sharing safe: there are never fewer buffers than are reserved, and a connection is allowed so many
 * receives as it has credits, less those that its requests hold. So whoever keeps to his credits finds a receive, however
 * many others do anything at all, and who does not keep to them finds none.
 *
 * <p>Buffers are made when they are first reserved, and kept. Thread-safe: {@code this} guards making and counting;
 * posting and looking a buffer up take no lock.
 */
final class ReceiveBuffers implements Closeable {
    private final ProtectionDomain domain;
    private final SharedReceiveQueue queue;
    private final ReceiveSizeClass sizeClass;
    /** A buffer stands here before it is posted, and so before anybody can be told its number. */
    private final IoBuffer[] byNumber;
    private int made;
    private int reserved;
    private boolean closed;

    /**
     * None yet.
     *
     * @param limit buffers at most
     */
    ReceiveBuffers(Nic nic, ProtectionDomain domain, ReceiveSizeClass sizeClass, int limit) {
        this.domain = domain;
        this.sizeClass = sizeClass;
        queue = nic.createSharedReceiveQueue(domain, limit);
        byNumber = new IoBuffer[limit];
    }

    /** Where connections take them from. */
    SharedReceiveQueue queue() {
        return queue;
    }

    /**
     * Reserves as many as there are, up to a number.
     *
     * @throws VerbsException if none is to be had because memory for one more is
     */
    synchronized int reserve(int count) throws VerbsException {
        int wanted = closed ? 0 : Math.min(count, byNumber.length - reserved);
        int got = 0;
        try {
            while (got < wanted) {
                if (reserved == made) {
                    make();
                }
                reserved++;
                got++;
            }
        } catch (VerbsException e) {
            if (got == 0) {
                throw e;
            }
        }
        return got;
    }

    private void make() throws VerbsException {
        int bufferBytes = sizeClass.bufferBytes();
        try {
            IoBuffer buffer = new IoBuffer(domain.allocate(bufferBytes, Set.of(AccessRight.LOCAL_WRITE)),
                    ChecksumPieces.maxCount(sizeClass.maxWriteBytes()), made + 1);
            byNumber[made] = buffer;
            queue.postReceive(buffer.number, buffer.region, 0, bufferBytes);
            made++;
        } catch (OutOfMemoryError e) {
            throw new VerbsException("there is no direct memory for one more buffer of " + bufferBytes
                    + " bytes: lower the server's budget or raise -XX:MaxDirectMemorySize", e);
        }
    }

    /** So many have nobody's credit any more. */
    synchronized void release(int count) {
        reserved -= count;
    }

    /** The buffer with a number, which somebody has got with a completion. */
    IoBuffer byNumber(int number) {
        return byNumber[number - 1];
    }

    /** Posts one again whose request is over. */
    void post(int number) {
        IoBuffer buffer = byNumber(number);
        try {
            queue.postReceive(number, buffer.region, 0, sizeClass.bufferBytes());
        } catch (VerbsException e) {
            // The server has closed it meanwhile: it is of no more use.
            buffer.region.close();
        }
    }

    /** Those that somebody's credit stands for. */
    synchronized int reserved() {
        return reserved;
    }

    /** Those that could be reserved, made or not. */
    synchronized int free() {
        return byNumber.length - reserved;
    }

    /** The most that there may be. */
    int limit() {
        return byNumber.length;
    }

    /** Those that were made. */
    synchronized int made() {
        return made;
    }

    /** What they are. */
    ReceiveSizeClass sizeClass() {
        return sizeClass;
    }

    /** Nothing is received any more; a buffer that a request holds stays as it is until the domain is closed. */
    @Override
    public synchronized void close() {
        closed = true;
        queue.close();
    }
}
