package io.batonfs.catalog.machine;

import io.batonfs.catalog.CatalogRequest;
import io.batonfs.catalog.Command;
import io.batonfs.catalog.Reply;
import io.batonfs.catalog.ReplyFormat;
import io.batonfs.catalog.RequestFormat;
import io.batonfs.catalog.store.Table;
import io.batonfs.catalog.store.TableStore;
import io.batonfs.catalog.store.TableView;
import io.batonfs.catalog.store.WriteSet;
import io.batonfs.catalog.tables.ByteReader;
import io.batonfs.catalog.tables.ByteWriter;
import io.batonfs.catalog.tables.GroupRow;
import io.batonfs.catalog.tables.Keys;
import io.batonfs.model.BatonException;
import io.batonfs.model.ErrorCode;
import java.io.IOException;
import java.util.Objects;
import java.util.Optional;

/**
 * The catalog's state machine: requests in, replies and table changes out. It keeps nothing but the tables and what the
 * tables would say ({@link KnownCalls}), reads no clock and rolls no dice, so that the same log gives the same bytes in
 * the tables on every machine (CAT-9).
 *
 * <p>Each entry is one commit: its changes, the reply for retries, and the entry's term and index. A refused command
 * changes nothing but those two. An entry that cannot be read, or tables that contradict themselves, stop the machine
 * with an exception: going on would make replicas differ.
 *
 * <p>One thread applies; others may ask {@link #appliedIndex} and {@link #appliedTerm}.
 */
public final class CatalogMachine implements ReplicatedMachine {
    private final TableStore store;
    private final Pace pace;
    private final KnownCalls known = new KnownCalls();
    private volatile Applied applied;

    private record Applied(long term, long index) {
    }

    /** A machine that goes on where these tables stand. */
    public CatalogMachine(TableStore store) {
        this(store, Pace.DEFAULT);
    }

    CatalogMachine(TableStore store, Pace pace) {
        this.store = Objects.requireNonNull(store, "store");
        this.pace = pace;
        try (TableView view = store.view()) {
            byte[] row = view.get(Table.META, Keys.APPLIED);
            if (row == null) {
                applied = new Applied(0, -1);
            } else {
                ByteReader in = new ByteReader(row);
                applied = new Applied(in.i64(), in.i64());
            }
        }
    }

    @Override
    public long appliedIndex() {
        return applied.index;
    }

    @Override
    public long appliedTerm() {
        return applied.term;
    }

    @Override
    public byte[] apply(long term, long index, byte[] command) throws IOException {
        if (index <= applied.index) {
            throw new IOException("Log entry " + index + " comes again after entry " + applied.index
                    + "; the log and the tables of this catalog do not belong together");
        }
        CatalogRequest request = RequestFormat.decode(command);
        Outcome outcome;
        try (TableView view = store.latest()) {
            outcome = decide(view, index, request);
        }
        outcome.changes.put(Table.META, Keys.APPLIED, new ByteWriter().i64(term).i64(index).toBytes());
        store.commit(outcome.changes);
        known.committed(outcome.changes);
        applied = new Applied(term, index);
        return outcome.reply;
    }

    private Outcome decide(TableView view, long index, CatalogRequest request) throws IOException {
        try {
            Transaction tx = Transaction.begin(view, request.timeMs());
            byte[] reply = run(tx, request);
            return new Outcome(reply, tx.finish());
        } catch (BatonException refused) {
            Transaction tx = Transaction.begin(view, request.timeMs());
            byte[] reply = answer(tx, request, new Reply.Refused(refused.code(), refused.getMessage()));
            return new Outcome(reply, tx.finishRefused());
        } catch (RuntimeException e) {
            throw new IOException("Log entry " + index + ", a " + request.command().getClass().getSimpleName()
                    + ", cannot be applied: " + e.getMessage() + "; the catalog stops before replicas differ", e);
        }
    }

    private record Outcome(byte[] reply, WriteSet changes) {
    }

    private byte[] run(Transaction tx, CatalogRequest request) throws BatonException {
        Optional<byte[]> first = known.isNew(tx.view(), request.invocation()) ? Optional.empty()
                : Retries.find(tx, request.invocation(), request.caller().user());
        if (first.isPresent()) {
            if (request.command() instanceof Command.OffloadRead retry
                    && ReplyFormat.decode(first.get()) instanceof Reply.TokensMade made) {
                TokenCommands.rekey(tx, retry, made);
            }
            return first.get();
        }
        Optional<GroupRow> group = tx.group();
        if (request.command() instanceof Command.FormatGroup format) {
            if (group.isPresent()) {
                throw new BatonException(ErrorCode.ALREADY_EXISTS, "This catalog belongs to " + group.get().group()
                        + " already; use an empty one for another group");
            }
            return answer(tx, request, GroupCommands.format(tx, pace, format));
        }
        if (group.isEmpty()) {
            throw new BatonException(ErrorCode.NOT_FOUND, "This catalog has not been formatted; format the group first");
        }
        if (group.get().behaviourVersion() > GroupCommands.NEWEST_BEHAVIOUR) {
            throw new IllegalStateException("the group's behaviour version is " + group.get().behaviourVersion()
                    + ", this Baton knows up to " + GroupCommands.NEWEST_BEHAVIOUR + "; use a newer Baton");
        }
        return answer(tx, request, Commands.run(Session.of(tx, group.get(), pace, request), request.command()));
    }

    private static byte[] answer(Transaction tx, CatalogRequest request, Reply reply) {
        byte[] bytes = ReplyFormat.encode(reply);
        if (Retries.kept(request, reply)) {
            Retries.keep(tx, request.invocation(), request.caller().user(), bytes);
        }
        return bytes;
    }
}
