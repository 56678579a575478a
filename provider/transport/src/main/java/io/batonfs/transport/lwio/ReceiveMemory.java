package io.batonfs.transport.lwio;

import io.batonfs.transport.verbs.Nic;
import io.batonfs.transport.verbs.ProtectionDomain;
import io.batonfs.transport.verbs.VerbsException;
import java.io.Closeable;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.ToIntFunction;
import java.util.function.ToLongFunction;

/**
 * All receive memory of a server, by classes of size, each with buffers, a shared receive queue and credits of its own.
 * What a newcomer gets of it is {@link SizeClassPolicy}'s to say; from then on his credits are the affair of his
 * class's {@link CreditBroker}. Memory never goes from one class to another, so what one has been granted no other can
 * use up. Thread-safe.
 */
final class ReceiveMemory implements Closeable {
    /** Largest buffers first. */
    private final List<CreditBroker> classes;
    private final AtomicLong smallerGrants = new AtomicLong();

    ReceiveMemory(Nic nic, ProtectionDomain domain, LwioServerConfig config, CreditPolicy policy) {
        // No more than could ever be of use, what a policy keeps for newcomers included.
        long useful = 2L * config.maxConnections() * config.credits();
        classes = config.receiveClasses().stream().map(size -> new CreditBroker(policy, new ReceiveBuffers(nic, domain,
                size, (int) Math.min(useful, size.buffers())))).toList();
    }

    /**
     * What a newcomer has got.
     *
     * @param broker      of his class
     * @param credits     his first, at least 1
     * @param wishedBytes MaxRecvBufferSize that he would have got with nobody else there
     */
    record Grant(CreditBroker broker, int credits, int wishedBytes) {

        /** MaxRecvBufferSize. */
        int receiveBytes() {
            return broker.buffers().sizeClass().receiveBytes();
        }

        /** Whether the class is below the one that he wished for. */
        boolean smaller() {
            return receiveBytes() < wishedBytes;
        }
    }

    /**
     * Takes a connection in.
     *
     * @param wished    credits that the client would like
     * @param sendBytes its MaxSendBufferSize
     * @return null if all there is is somebody's
     * @throws VerbsException if all there is is somebody's because there is no memory for more
     */
    Grant admit(ServerCredits credits, CreditBroker.Member member, int wished, int sendBytes) throws VerbsException {
        List<SizeClassPolicy.Offer> offers = classes.stream().map(one -> new SizeClassPolicy.Offer(
                one.buffers().sizeClass().receiveBytes(), one.budgetForNewcomer())).toList();
        VerbsException noMemory = null;
        for (int index : SizeClassPolicy.order(sendBytes, offers)) {
            CreditBroker broker = classes.get(index);
            try {
                int first = broker.admit(credits, member, wished);
                if (first > 0) {
                    Grant grant = new Grant(broker, first,
                            offers.get(SizeClassPolicy.wished(sendBytes, offers)).receiveBytes());
                    smallerGrants.addAndGet(grant.smaller() ? 1 : 0);
                    return grant;
                }
            } catch (VerbsException e) {
                // A smaller one may still be had.
                noMemory = e;
            }
        }
        if (noMemory != null) {
            throw noMemory;
        }
        return null;
    }

    /** Tells connections what has been decided about their credits and could not be told. */
    void tellAll() {
        for (CreditBroker one : classes) {
            one.tellAll();
        }
    }

    /** Connections that got a smaller class than they wished for, since the beginning. */
    long smallerGrants() {
        return smallerGrants.get();
    }

    private int sum(ToIntFunction<CreditBroker> figure) {
        return classes.stream().mapToInt(figure).sum();
    }

    private long total(ToLongFunction<CreditBroker> figure) {
        return classes.stream().mapToLong(figure).sum();
    }

    /** Buffers that somebody's credit stands for. */
    int reserved() {
        return sum(one -> one.buffers().reserved());
    }

    /** Buffers that were made, which are kept. */
    int made() {
        return sum(one -> one.buffers().made());
    }

    /** Their bytes. */
    long madeBytes() {
        return total(one -> (long) one.buffers().made() * one.buffers().sizeClass().bufferBytes());
    }

    /** Credits that all connections have, or are being offered. */
    int granted() {
        return sum(CreditBroker::granted);
    }

    /** Credits that have been granted or offered since the beginning. */
    long grantedInAll() {
        return total(CreditBroker::grantedInAll);
    }

    /** Credits that have been asked back since the beginning. */
    long askedBackInAll() {
        return total(CreditBroker::askedBackInAll);
    }

    /** Reads and writes of all connections that are under way. */
    int outstanding() {
        return sum(CreditBroker::outstanding);
    }

    /** Nothing is received any more. */
    @Override
    public void close() {
        classes.forEach(one -> one.buffers().close());
    }
}
