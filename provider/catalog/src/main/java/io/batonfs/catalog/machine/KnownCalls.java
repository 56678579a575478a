package io.batonfs.catalog.machine;

import io.batonfs.catalog.store.StoredRow;
import io.batonfs.catalog.store.Table;
import io.batonfs.catalog.store.TableView;
import io.batonfs.catalog.store.WriteSet;
import io.batonfs.catalog.tables.ByteReader;
import io.batonfs.catalog.tables.ForgottenRow;
import io.batonfs.catalog.tables.Keys;
import io.batonfs.model.Invocation;
import java.util.BitSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.UUID;

/**
 * Knows of most calls that come for the first time that they do, without asking the tables, which would have to be
 * asked twice to find nothing. What it says is what the tables say, or that it does not know: so what a command does
 * cannot depend on it, and replicas need not know the same (CAT-9).
 *
 * <p>Of a client it knows which calls from some call on have a reply in the tables, and the highest call that is
 * remembered as forgotten. It learns that when the client has no reply to a later call, which one look at the tables
 * tells: most often at the client's first call. From then on it follows the commits. Of each client it remembers the
 * latest calls, as many as may be under way at once and more, and it remembers the clients that called last; of
 * others it learns anew.
 *
 * <p>Owned by the thread that applies.
 */
final class KnownCalls {
    /** Clients at most: of some 300 bytes each, so 1 MiB and a bit. */
    static final int CLIENTS = 4096;
    /** Calls of a client: more than a client has under way, as they may overtake each other. A power of two. */
    static final int WINDOW = 1024;
    private static final long NONE = -1;

    private final int window;
    private final Map<UUID, Calls> clients;

    KnownCalls() {
        this(CLIENTS, WINDOW);
    }

    /** @param window a power of two */
    KnownCalls(int maxClients, int window) {
        this.window = window;
        this.clients = new LinkedHashMap<>(16, 0.75f, true) {
            private static final long serialVersionUID = 1L;

            @Override
            protected boolean removeEldestEntry(Map.Entry<UUID, Calls> eldest) {
                return size() > maxClients;
            }
        };
    }

    /** What is known of a client. */
    private final class Calls {
        /** From this call on, which is never negative, it is known which have a reply. */
        private long from;
        /** No call above this one has a reply. */
        private long top;
        /** By the call's number modulo the window: whether a call of the last ones up to the top has a reply. */
        private final BitSet replied = new BitSet(window);
        private long forgotten;

        Calls(long from, long forgotten) {
            this.from = from;
            this.top = from - 1;
            this.forgotten = forgotten;
        }

        boolean isNew(long call) {
            return call > forgotten && call >= from && (call > top || !replied.get(place(call)));
        }

        void reply(long call) {
            if (call < from) {
                return;
            }
            if (call - window >= top) {
                replied.clear();
                top = call;
            }
            while (top < call) {
                replied.clear(place(++top));
            }
            replied.set(place(call));
            from = Math.max(from, top - window + 1);
        }

        private int place(long call) {
            return (int) (call & window - 1);
        }
    }

    /**
     * Whether the tables hold no reply to a call, and do not count it among those that were forgotten. False also where
     * that is not known.
     *
     * @param tables as they were left by the last commit
     */
    boolean isNew(TableView tables, Invocation call) {
        if (call.callId() < 0) {
            // clients count up from zero; below it keys do not sort as calls do
            return false;
        }
        Calls known = clients.get(call.clientId());
        if (known == null) {
            known = learn(tables, call);
        }
        return known != null && known.isNew(call.callId());
    }

    private Calls learn(TableView tables, Invocation call) {
        byte[] client = Keys.replies(call.clientId());
        boolean[] none = {true};
        tables.scan(Table.RETRY, Keys.reply(call), TableView.after(client), (key, value) -> none[0] = false);
        if (!none[0]) {
            return null;
        }
        ForgottenRow forgotten = tables.row(Table.RETRY, Keys.forgotten(call.clientId()), ForgottenRow::of);
        Calls known = new Calls(call.callId(), forgotten == null ? NONE : forgotten.callId());
        clients.put(call.clientId(), known);
        return known;
    }

    /** Follows a commit. A reply that was dropped stays known as one: then the tables are asked. */
    void committed(WriteSet changes) {
        for (Map.Entry<byte[], StoredRow> change : changes.of(Table.RETRY).entrySet()) {
            byte[] key = change.getKey();
            StoredRow row = change.getValue();
            if (Keys.isReply(key) && row != null) {
                ByteReader in = new ByteReader(key, 1, key.length);
                Calls known = clients.get(in.uuid());
                if (known != null) {
                    known.reply(in.i64());
                }
            } else if (Keys.isForgotten(key)) {
                Calls known = clients.get(new ByteReader(key, 1, key.length).uuid());
                if (known != null) {
                    known.forgotten = row == null ? NONE : row.as(ForgottenRow::of).callId();
                }
            }
        }
    }
}
