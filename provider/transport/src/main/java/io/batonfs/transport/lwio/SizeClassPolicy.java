package io.batonfs.transport.lwio;

import java.util.ArrayList;
import java.util.List;

/**
 * Which size of receive buffers a newcomer gets. Stateless.
 *
 * <ol>
 * <li>He <i>wishes</i> for the smallest class that holds what he says he will send (MaxSendBufferSize), or the largest
 * if none does: who sends little takes nothing that others need.
 * <li>From there downwards, he gets the first class that is <i>worth it</i>: where the fair share of each of its
 * connections, with his, is at least {@value #WORTHWHILE_CREDITS} credits. With one alone the network and the device
 * would wait for each other, and polling mode would be lost; then he is better off with several smaller ones, and so
 * are those whom he would take them from.
 * <li>If none is worth it, he gets what there is, from the smallest up, larger than he wished at last: nobody is turned
 * away while there is a buffer anywhere.
 * </ol>
 *
 * A class in which there is nothing free at this moment is skipped for this newcomer, but asked for all the same: its
 * idle connections give back, and those who come next find something there ({@link CreditBroker#admit}).
 *
 * <p>How many connections a class is kept for follows: half as many as it has buffers outside the reserve for
 * newcomers. The memory of a class is its own. So any number of connections with small buffers, idle or not, takes
 * nothing from those with large ones, and when some of these go, the next who comes gets a large one, whoever he is.
 * What he has got he keeps until he connects again: MaxRecvBufferSize is said once.
 */
final class SizeClassPolicy {
    /** See rule 2. */
    static final int WORTHWHILE_CREDITS = 2;

    private SizeClassPolicy() {
    }

    /**
     * A class as a newcomer finds it.
     *
     * @param receiveBytes what may follow a header
     * @param budget       of its buffers, with the newcomer counted among the connections
     */
    record Offer(int receiveBytes, CreditPolicy.Budget budget) {

        private boolean isWorthIt() {
            return FairCredits.fairShare(budget) >= WORTHWHILE_CREDITS;
        }
    }

    /** The class that a client would have if there were room for everybody. */
    static int wished(int sendBytes, List<Offer> offers) {
        int wished = offers.size() - 1;
        while (wished > 0 && offers.get(wished).receiveBytes() < sendBytes) {
            wished--;
        }
        return wished;
    }

    /**
     * The classes in the order in which they are to be tried, each once.
     *
     * @param sendBytes the client's MaxSendBufferSize
     * @param offers    at least one, largest first
     * @return indexes of offers
     */
    static List<Integer> order(int sendBytes, List<Offer> offers) {
        int wished = wished(sendBytes, offers);
        List<Integer> order = new ArrayList<>(offers.size());
        for (int i = wished; i < offers.size(); i++) {
            if (offers.get(i).isWorthIt()) {
                order.add(i);
            }
        }
        for (int i = offers.size() - 1; i >= 0; i--) {
            if (!order.contains(i)) {
                order.add(i);
            }
        }
        return order;
    }
}
