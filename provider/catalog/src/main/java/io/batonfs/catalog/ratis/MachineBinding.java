package io.batonfs.catalog.ratis;

import io.batonfs.catalog.machine.ReplicatedMachine;
import io.batonfs.catalog.store.CachedTableStore;
import io.batonfs.catalog.store.RocksTableStore;
import io.batonfs.catalog.store.TableStore;
import io.batonfs.catalog.store.TableView;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.apache.ratis.proto.RaftProtos.LogEntryProto;
import org.apache.ratis.proto.RaftProtos.RoleInfoProto;
import org.apache.ratis.protocol.Message;
import org.apache.ratis.protocol.RaftGroupId;
import org.apache.ratis.protocol.RaftGroupMemberId;
import org.apache.ratis.protocol.RaftPeerId;
import org.apache.ratis.server.RaftServer;
import org.apache.ratis.server.protocol.TermIndex;
import org.apache.ratis.server.storage.RaftStorage;
import org.apache.ratis.statemachine.StateMachineStorage;
import org.apache.ratis.statemachine.TransactionContext;
import org.apache.ratis.statemachine.impl.BaseStateMachine;
import org.apache.ratis.thirdparty.com.google.protobuf.ByteString;
import org.apache.ratis.thirdparty.com.google.protobuf.UnsafeByteOperations;
import org.apache.ratis.util.LifeCycle;

/**
 * What Ratis calls: applies entries to the machine, takes snapshots of its tables, and starts again from them.
 *
 * <p>The tables are always the newest snapshot and the log after it: at each start the working directory is thrown away
 * and linked anew from the snapshot. So whatever a crash left in the working tables, torn or damaged, is not looked at,
 * each entry is applied to them once, and there is one way to start and not two.
 *
 * <p>Threads: Ratis calls {@link #initialize} before its applying thread runs; then only that thread applies, takes
 * snapshots, reinitializes and, at the end, closes. {@link #flush} is for the thread that writes the log. {@link
 * #view()} is for any thread.
 */
final class MachineBinding extends BaseStateMachine {
    private final CatalogLogConfig config;
    private final MachineFactory machines;
    private final SnapshotDirectory snapshots = new SnapshotDirectory();
    private final Runnable leadershipChanged;
    private final Consumer<Throwable> failed;
    private final LogWriter logWriter;
    private volatile TableStore tables;
    private ReplicatedMachine machine;
    private boolean broken;

    /**
     * @param leadershipChanged told whenever this peer may have begun or ceased to lead
     * @param failed            told when this peer cannot go on
     * @param logWriter         told which thread writes the log
     */
    MachineBinding(CatalogLogConfig config, MachineFactory machines, Runnable leadershipChanged,
            Consumer<Throwable> failed, LogWriter logWriter) {
        this.config = config;
        this.machines = machines;
        this.leadershipChanged = leadershipChanged;
        this.failed = failed;
        this.logWriter = logWriter;
    }

    @Override
    public void initialize(RaftServer server, RaftGroupId group, RaftStorage storage) throws IOException {
        super.initialize(server, group, storage);
        snapshots.init(storage);
        getLifeCycle().startAndTransition(this::load, IOException.class);
    }

    /**
     * Called with each piece of a snapshot that another peer sends. Entries may still be applied until Ratis calls
     * {@link #reinitialize} on the thread that applies: there the tables are changed over.
     */
    @Override
    public void pause() {
        if (getLifeCycle().compareAndTransition(LifeCycle.State.RUNNING, LifeCycle.State.PAUSING)) {
            getLifeCycle().transition(LifeCycle.State.PAUSED);
        }
    }

    @Override
    public void reinitialize() throws IOException {
        closeTables();
        try {
            getLifeCycle().startAndTransition(this::load, IOException.class);
        } catch (IOException | RuntimeException e) {
            failed.accept(e);
            throw e;
        }
    }

    private void load() throws IOException {
        Path snapshot = snapshots.openLatest(config.group().value());
        Path directory = config.tablesDirectory();
        RocksTableStore.restore(snapshot, directory);
        TableStore opened = new CachedTableStore(RocksTableStore.open(directory, config.tables()),
                config.tables().rowCacheBytes());
        try {
            machine = machines.create(opened);
            TermIndex last = snapshot == null ? TermIndex.INITIAL_VALUE : snapshots.getLatestSnapshot().getTermIndex();
            if (machine.appliedIndex() > last.getIndex()) {
                throw SnapshotManifest.damaged(snapshot == null ? directory : snapshot, "its tables hold entry "
                        + machine.appliedIndex() + " and so more than " + last.getIndex() + " that it names");
            }
            setLastAppliedTermIndex(last);
        } catch (IOException | RuntimeException e) {
            opened.close();
            throw e;
        }
        tables = opened;
    }

    /** The tables as they are now. */
    TableView view() {
        TableStore now = tables;
        if (now == null) {
            throw new IllegalStateException("the catalog's tables are not open");
        }
        return now.view();
    }

    /**
     * A failure ends this peer, and must not be thrown: Ratis' applying thread would close the division by itself, and
     * if somebody else is closing it at that moment they wait for each other for ever. Ratis goes on with the next
     * entries after a failed future, so those are refused here until the division is closed.
     */
    @Override
    public CompletableFuture<Message> applyTransaction(TransactionContext transaction) {
        LogEntryProto entry = transaction.getLogEntry();
        try {
            byte[] command = entry.getStateMachineLogEntry().getLogData().toByteArray();
            byte[] reply = apply(entry.getTerm(), entry.getIndex(), command);
            updateLastAppliedTermIndex(entry.getTerm(), entry.getIndex());
            return CompletableFuture.completedFuture(Message.valueOf(UnsafeByteOperations.unsafeWrap(reply)));
        } catch (IOException | RuntimeException | Error e) {
            broken = true;
            IOException failure = new IOException("entry " + entry.getIndex()
                    + " of the catalog's log could not be applied: " + e, e);
            failed.accept(failure);
            return CompletableFuture.failedFuture(failure);
        }
    }

    private byte[] apply(long term, long index, byte[] command) throws IOException {
        if (broken || machine.appliedIndex() >= index) {
            throw new IllegalStateException("entry " + index + " came after "
                    + (broken ? "one that failed" : "entry " + machine.appliedIndex()));
        }
        return machine.apply(term, index, command);
    }

    @Override
    public long takeSnapshot() throws IOException {
        TermIndex last = getLastAppliedTermIndex();
        if (broken) {
            throw new IOException("no snapshot is taken of tables in which an entry failed");
        }
        if (snapshots.getLatestSnapshot() == null || snapshots.getLatestSnapshot().getIndex() < last.getIndex()) {
            try {
                snapshots.take(tables, config.group().value(), last);
            } catch (RuntimeException e) {
                // an IOException is tried again later; anything else would end Ratis' applying thread
                throw new IOException("no snapshot of the catalog could be taken after entry " + last.getIndex(), e);
            }
        }
        return last.getIndex();
    }

    /**
     * Ratis asks on the thread that writes the log, before each force; nothing is kept here that would have to be
     * forced.
     */
    @Override
    public CompletableFuture<Void> flush(long index) {
        logWriter.isCaller();
        return CompletableFuture.completedFuture(null);
    }

    @Override
    public StateMachineStorage getStateMachineStorage() {
        return snapshots;
    }

    /** The answer to a read barrier; what is read is read from a {@link #view()} after it. */
    @Override
    public CompletableFuture<Message> query(Message request) {
        return CompletableFuture.completedFuture(Message.valueOf(ByteString.EMPTY));
    }

    @Override
    public void notifyLeaderReady() {
        leadershipChanged.run();
    }

    @Override
    public void notifyLeaderChanged(RaftGroupMemberId member, RaftPeerId leader) {
        leadershipChanged.run();
    }

    @Override
    public void notifyLogFailed(Throwable cause, LogEntryProto entry) {
        failed.accept(cause);
    }

    @Override
    public void notifyServerShutdown(RoleInfoProto role, boolean wholeServer) {
        failed.accept(new IOException("Ratis closed this peer"));
    }

    /**
     * May be called again, and by another thread if Ratis never started its own. Where nobody has asked for it, Ratis
     * closes this peer because its log cannot be written, and tells it in no other way.
     */
    @Override
    public synchronized void close() throws IOException {
        failed.accept(new IOException("Ratis closed this peer; its log says why"));
        closeTables();
    }

    private synchronized void closeTables() throws IOException {
        TableStore open = tables;
        tables = null;
        if (open != null) {
            open.close();
        }
    }
}
