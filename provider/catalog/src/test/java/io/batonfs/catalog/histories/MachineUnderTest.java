package io.batonfs.catalog.histories;

import io.batonfs.catalog.CatalogReader;
import io.batonfs.catalog.CatalogRequest;
import io.batonfs.catalog.Command;
import io.batonfs.catalog.Reply;
import io.batonfs.catalog.ReplyFormat;
import io.batonfs.catalog.RequestFormat;
import io.batonfs.catalog.machine.CatalogMachine;
import io.batonfs.catalog.machine.ReplicatedMachine;
import io.batonfs.catalog.store.CachedTableStore;
import io.batonfs.catalog.store.MemoryTableStore;
import io.batonfs.catalog.store.RowsAsWritten;
import io.batonfs.catalog.store.Table;
import io.batonfs.catalog.store.TableDump;
import io.batonfs.catalog.store.TableStore;
import io.batonfs.catalog.store.TableView;
import io.batonfs.catalog.store.WriteSet;
import io.batonfs.model.Caller;
import io.batonfs.model.Invocation;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/** The catalog's machine with a log around it that can crash, be replayed, and repeat calls. */
final class MachineUnderTest {
    static final Caller ROOT = new Caller("root", List.of("wheel"), true);
    private static final long TERM = 1;
    private static final int CALLS_KEPT = 64;

    private record Call(byte[] request, byte[] reply) {
    }

    /** Of the some hundred rows of a history a part: some are known, some were, some never. */
    private static final long ROW_CACHE_BYTES = 30_000;

    private final boolean cached;
    private TableStore store;
    private ReplicatedMachine machine;
    private TableStore checkpoint = new MemoryTableStore();
    private final List<byte[]> logSinceCheckpoint = new ArrayList<>();
    private final Deque<Call> calls = new ArrayDeque<>();
    private long nextCall;

    /** @param cached whether there is a cache of rows before the tables; a replay after a crash does without */
    MachineUnderTest(boolean cached) {
        this.cached = cached;
        this.store = cached(new MemoryTableStore());
        this.machine = new CatalogMachine(store);
    }

    private TableStore cached(TableStore tables) {
        TableStore checked = new RowsAsWritten(tables);
        return cached ? new CachedTableStore(checked, ROW_CACHE_BYTES) : checked;
    }

    /** Has a command applied. */
    Reply run(UUID client, long timeMs, Command command) {
        byte[] request = RequestFormat.encode(
                new CatalogRequest(new Invocation(client, ++nextCall), ROOT, timeMs, command));
        byte[] reply = apply(request);
        boolean repeatable = !(command instanceof Command.Housekeep);
        try {
            Reply decoded = ReplyFormat.decode(reply);
            if (repeatable && !(decoded instanceof Reply.Refused)) {
                calls.addFirst(new Call(request, reply));
                if (calls.size() > CALLS_KEPT) {
                    calls.removeLast();
                }
            }
            return decoded;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private byte[] apply(byte[] request) {
        logSinceCheckpoint.add(request);
        try {
            return machine.apply(TERM, machine.appliedIndex() + 1, request);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** An earlier call again: the first reply, and nothing changes but the time and the place in the log. */
    void repeat(int back) {
        if (calls.isEmpty()) {
            return;
        }
        Call call = new ArrayList<>(calls).get(back % calls.size());
        Map<String, String> before = withoutMeta();
        byte[] reply = apply(call.request);
        HistoryFailure.check(Arrays.equals(call.reply, reply), "a repeated call got another reply");
        String difference = TableDump.firstDifference(before, withoutMeta());
        HistoryFailure.check(difference == null, "a repeated call changed " + difference);
    }

    private Map<String, String> withoutMeta() {
        Map<String, String> rows = TableDump.of(store);
        rows.keySet().removeIf(k -> k.startsWith(Table.META + " "));
        return rows;
    }

    void takeCheckpoint() {
        checkpoint = copy(store);
        logSinceCheckpoint.clear();
    }

    /** Starts again from the checkpoint and the log after it; the tables must be the same, byte by byte. */
    void crash() {
        TableStore restarted = copy(checkpoint);
        ReplicatedMachine again = new CatalogMachine(restarted);
        for (byte[] request : logSinceCheckpoint) {
            try {
                again.apply(TERM, again.appliedIndex() + 1, request);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
        String difference = TableDump.firstDifference(TableDump.of(store), TableDump.of(restarted));
        HistoryFailure.check(difference == null, "a replay gave other tables: " + difference);
        store = cached(restarted);
        machine = new CatalogMachine(store);
    }

    private static MemoryTableStore copy(TableStore from) {
        WriteSet all = new WriteSet();
        try (TableView view = from.view()) {
            for (Table table : Table.values()) {
                view.scan(table, new byte[0], null, (key, value) -> {
                    all.put(table, key, value);
                    return true;
                });
            }
        }
        MemoryTableStore copy = new MemoryTableStore();
        copy.commit(all);
        return copy;
    }

    /** Something asked of the tables as they are now. */
    interface Question<T> {
        T ask(CatalogReader reader) throws IOException;
    }

    <T> T ask(Question<T> question) {
        try (TableView view = store.view()) {
            return question.ask(new CatalogReader(view));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    TableView view() {
        return store.view();
    }
}
