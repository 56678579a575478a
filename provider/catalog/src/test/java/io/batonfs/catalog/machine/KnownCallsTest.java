package io.batonfs.catalog.machine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.batonfs.catalog.costs.CountedReads;
import io.batonfs.catalog.store.MemoryTableStore;
import io.batonfs.catalog.store.Table;
import io.batonfs.catalog.store.TableView;
import io.batonfs.catalog.store.WriteSet;
import io.batonfs.catalog.tables.ForgottenRow;
import io.batonfs.catalog.tables.Keys;
import io.batonfs.catalog.tables.ReplyRow;
import io.batonfs.model.Invocation;
import java.io.IOException;
import java.util.Random;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** What is known of calls is what the tables say, whatever was forgotten, overtaken or never known. */
class KnownCallsTest {
    private static final UUID CLIENT = new UUID(1, 1);
    private static final int WINDOW = 8;

    private final CountedReads store = new CountedReads(new MemoryTableStore());
    private final KnownCalls known = new KnownCalls(2, WINDOW);

    private static Invocation call(long number) {
        return new Invocation(CLIENT, number);
    }

    private boolean isNew(Invocation call) {
        try (TableView view = store.latest()) {
            return known.isNew(view, call);
        }
    }

    private void commit(WriteSet changes) throws IOException {
        store.commit(changes);
        known.committed(changes);
    }

    private void reply(Invocation call) throws IOException {
        WriteSet changes = new WriteSet();
        changes.put(Table.RETRY, Keys.reply(call), new ReplyRow(1, new byte[0], "user").toBytes());
        changes.put(Table.RETRY, Keys.replyTime(1, call), new byte[0]);
        commit(changes);
    }

    private void drop(Invocation call, long forgotten) throws IOException {
        WriteSet changes = new WriteSet();
        changes.delete(Table.RETRY, Keys.reply(call));
        changes.put(Table.RETRY, Keys.forgotten(call.clientId()), new ForgottenRow(forgotten, 1).toBytes());
        commit(changes);
    }

    private void forgetNoMore(UUID client) throws IOException {
        WriteSet changes = new WriteSet();
        changes.delete(Table.RETRY, Keys.forgotten(client));
        commit(changes);
    }

    /** As the machine asks where nothing is known. */
    private boolean tablesHaveNothing(Invocation call) {
        try (TableView view = store.view()) {
            byte[] forgotten = view.get(Table.RETRY, Keys.forgotten(call.clientId()));
            return view.get(Table.RETRY, Keys.reply(call)) == null
                    && (forgotten == null || ForgottenRow.of(forgotten).callId() < call.callId());
        }
    }

    @Test
    void afterTheFirstCallTheTablesAreNotAsked() throws IOException {
        assertTrue(isNew(call(5)));
        reply(call(5));
        long asked = store.gets() + store.scans(Table.RETRY);
        for (long i : new long[] {7, 6, 9, 8}) {
            assertTrue(isNew(call(i)));
            reply(call(i));
            assertFalse(isNew(call(i)));
        }
        assertFalse(isNew(call(5)));
        assertEquals(asked, store.gets() + store.scans(Table.RETRY));
    }

    @Test
    void clientWithLaterRepliesIsNotKnown() throws IOException {
        reply(call(5));
        assertFalse(isNew(call(4)), "4 may have been answered before");
        assertFalse(isNew(call(5)));
        assertTrue(isNew(call(6)));
        assertFalse(isNew(call(4)), "nothing is known of what came before 6");
    }

    @Test
    void whatWasForgottenIsNotNew() throws IOException {
        assertTrue(isNew(call(1)));
        reply(call(3));
        assertTrue(isNew(call(2)));
        drop(call(3), 3);
        assertFalse(isNew(call(2)), "it is older than what was forgotten, and may have run");
        assertTrue(isNew(call(4)));
        forgetNoMore(CLIENT);
        assertTrue(isNew(call(2)), "as the tables would say");
        assertFalse(isNew(call(3)), "dropped, which only the tables know");
    }

    @Test
    void numbersAtTheirLimits() throws IOException {
        assertTrue(isNew(call(0)));
        assertFalse(isNew(call(-1)), "not a number that clients give");
        reply(call(-1));
        reply(call(Long.MIN_VALUE));
        assertTrue(isNew(call(Long.MAX_VALUE)));
        reply(call(Long.MAX_VALUE));
        assertFalse(isNew(call(Long.MAX_VALUE)));
        assertFalse(isNew(call(0)), "out of the window");
        assertTrue(isNew(call(Long.MAX_VALUE - 1)));
    }

    @Test
    void anyHistorySaysWhatTheTablesSay() throws IOException {
        long seed = Long.getLong("catalog.seed", System.nanoTime());
        System.out.println("-Dcatalog.seed=" + seed);
        Random random = new Random(seed);
        int told = 0;
        long[] next = new long[4];
        for (int step = 0; step < 40_000; step++) {
            int client = random.nextInt(random.nextInt(10) == 0 ? 4 : 2);
            UUID id = new UUID(2, client);
            if (random.nextInt(4) == 0) {
                next[client] += random.nextInt(200) == 0 ? 3 * WINDOW : 1;
            }
            int back = random.nextInt(random.nextInt(2 * WINDOW) + 1);
            Invocation call = new Invocation(id, Math.max(0, next[client] - back));
            if (isNew(call)) {
                assertTrue(tablesHaveNothing(call), "seed " + seed + ", step " + step + ", " + call);
                told++;
            }
            switch (random.nextInt(8)) {
                case 0 -> drop(call, call.callId());
                case 1 -> {
                    if (random.nextInt(20) == 0) {
                        forgetNoMore(id);
                    }
                }
                case 2 -> {
                    // refused, and its refusal not kept
                }
                default -> {
                    if (tablesHaveNothing(call)) {
                        reply(call);
                    }
                }
            }
        }
        assertTrue(told > 1000, "only " + told + " new calls were known as such");
    }
}
