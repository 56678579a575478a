package io.batonfs.transport.lwio;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.batonfs.transport.verbs.Nic;
import io.batonfs.transport.verbs.ProtectionDomain;
import io.batonfs.transport.wire.InProcessWire;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The broker alone, with connections that do as they are told. */
class CreditBrokerTest {
    private final Nic nic = new Nic(new InProcessWire());
    private final ProtectionDomain domain = nic.allocateDomain();
    private final Counting policy = new Counting();
    private CreditBroker broker;
    private IoBufferPool pool;

    /** Counts how often it is asked. */
    private static final class Counting implements CreditPolicy {
        private final CreditPolicy fair = new FairCredits();
        private int asked;

        @Override
        public int initial(int wished, Connection connection, Budget budget) {
            return fair.initial(wished, connection, budget);
        }

        @Override
        public int change(Connection connection, Budget budget, boolean contested) {
            asked++;
            return fair.change(connection, budget, contested);
        }
    }

    /** One connection with a client that answers at once. */
    private final class Client implements CreditBroker.Member {
        private final ServerCredits credits = new ServerCredits(16);
        private int outstanding;
        private int told;

        boolean connect(int wished) throws IOException {
            List<IoBuffer> first = broker.admit(credits, this, wished);
            if (first.isEmpty()) {
                return false;
            }
            credits.begin(first);
            credits.open();
            told = first.size();
            return true;
        }

        void wish(int pending) {
            credits.pending(pending);
            broker.wish(credits);
        }

        @Override
        public int outstanding() {
            return outstanding;
        }

        @Override
        public void offer(List<Integer> receiveIds) {
            told += receiveIds.size();
            answer(0);
        }

        @Override
        public void ask(int count) {
            for (int left = -count; left < 0; left++) {
                told--;
                answer(left);
                pool.put(credits.remove(told + 1));
                broker.comeBack();
            }
        }

        private void answer(int count) {
            try {
                credits.credit(count);
            } catch (LwioException e) {
                throw new AssertionError(e);
            }
            credits.creditAnswered();
        }

        void disconnect() {
            broker.forget(credits);
            for (int id = 1; id <= told; id++) {
                pool.put(credits.remove(id));
            }
        }
    }

    private List<Client> clients(int count, int buffers, int wished) throws IOException {
        pool = new IoBufferPool(domain, 64, 1, buffers);
        broker = new CreditBroker(policy, pool);
        List<Client> clients = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            Client client = new Client();
            assertTrue(client.connect(wished));
            clients.add(client);
        }
        return clients;
    }

    @AfterEach
    void nothingIsLeft() throws IOException {
        assertEquals(0, broker.granted());
        assertEquals(0, pool.inUse());
        pool.close();
        domain.close();
        nic.close();
    }

    @Test
    void aConnectionThatWakesUpGetsItsShareOfOneThatHadItAll() throws IOException {
        List<Client> clients = clients(2, 16, 1);
        Client greedy = clients.get(0);
        Client late = clients.get(1);
        greedy.outstanding = 1;
        greedy.wish(200);
        assertEquals(13, greedy.told, "all but the late one's and the two in reserve");
        late.outstanding = 1;
        late.wish(200);
        greedy.wish(200);
        late.wish(200);
        assertEquals(8, greedy.told);
        assertTrue(late.told >= 6 && late.told <= 8, late.told + " credits");
        clients.forEach(Client::disconnect);
    }

    @Test
    void wishesCostAConstantTimeHoweverManyConnections() throws IOException {
        List<Client> clients = clients(1000, 1000, 1);
        clients.forEach(one -> one.outstanding = 1);
        policy.asked = 0;
        int rounds = 20;
        for (int i = 0; i < rounds; i++) {
            clients.forEach(one -> one.wish(200));
        }
        int wishes = rounds * clients.size();
        assertTrue(policy.asked <= 5 * wishes, policy.asked + " decisions for " + wishes + " wishes");
        clients.forEach(Client::disconnect);
    }
}
