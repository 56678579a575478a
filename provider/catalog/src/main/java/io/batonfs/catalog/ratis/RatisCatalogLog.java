package io.batonfs.catalog.ratis;

import io.batonfs.catalog.store.TableView;
import io.batonfs.model.BatonException;
import io.batonfs.model.ErrorCode;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Files;
import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.ratis.protocol.RaftClientAsynchronousProtocol;
import org.apache.ratis.protocol.RaftGroup;
import org.apache.ratis.protocol.RaftGroupId;
import org.apache.ratis.protocol.RaftPeer;
import org.apache.ratis.protocol.RaftPeerId;
import org.apache.ratis.server.DivisionInfo;
import org.apache.ratis.server.RaftServer;
import org.apache.ratis.server.raftlog.RaftLog;
import org.apache.ratis.server.storage.RaftStorage;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One peer of the catalog's log: takes commands, has Ratis replicate and force them, and applies them to a machine. A
 * command is answered when it is forced on a majority and applied here or at the leader; so an answered command
 * survives a power cut.
 *
 * <p>Thread-safe. {@link #call} and {@link #view} may be called by any thread; its own threads are
 * Ratis', one for tries again and one that closes Ratis, and all end in {@link #close()}.
 */
public final class RatisCatalogLog implements Closeable {
    private static final Logger LOG = LoggerFactory.getLogger(RatisCatalogLog.class);
    /** Closing may apply what is in the log and take a snapshot; more than this is a disk that hangs. */
    private static final long CLOSE_TIMEOUT_SECONDS = 120;
    /** Nobody says that Ratis' log takes no more entries; whoever closes looks so often. */
    private static final long LOOK_MS = 2;

    private final CatalogLogConfig config;
    private final DirectoryLock lock;
    private final MachineBinding binding;
    private final LogWriter logWriter;
    private final RaftServer server;
    private final RaftServer.Division division;
    /**
     * Takes commands on the caller's thread. By the server they would take the way over a pool of Ratis' while the caller
     * waits.
     */
    private final RaftClientAsynchronousProtocol own;
    private final CommandSubmitter submitter;
    private final Leadership leadership;
    private final AtomicReference<CatalogLogState> state = new AtomicReference<>(CatalogLogState.STARTING);
    private final AtomicReference<Throwable> failure = new AtomicReference<>();
    private final AtomicBoolean serverEnding = new AtomicBoolean();
    private final FutureTask<Void> serverEnd = new FutureTask<>(this::closeServer);
    /** Null until the server has started; from then on Ratis has it until its end. */
    private RaftLog entries;

    private RatisCatalogLog(CatalogLogConfig config, DirectoryLock lock, MachineFactory machines,
            InProcessDirectory peers, Executor retries, LogWriter logWriter) throws IOException {
        this.config = config;
        this.logWriter = logWriter;
        this.lock = lock;
        this.leadership = new Leadership();
        this.binding = new MachineBinding(config, machines, leadership::changed, this::fail, logWriter);
        RaftGroup group = group(config);
        this.submitter = new CommandSubmitter(config, group, peers, retries);
        this.server = RaftServer.newBuilder()
                .setServerId(RaftPeerId.valueOf(config.self()))
                .setGroup(group)
                .setStateMachine(binding)
                .setProperties(RatisSettings.of(config))
                .setParameters(InProcessRpcType.parameters(peers))
                .setOption(RaftStorage.StartupOption.RECOVER)
                .build();
        try {
            this.division = server.getDivision(group.getGroupId());
            this.own = division instanceof RaftClientAsynchronousProtocol direct ? direct : server;
            server.start();
            this.entries = division.getRaftLog();
        } catch (IOException | RuntimeException e) {
            become(CatalogLogState.CLOSED);
            closeAfter(e);
            throw e;
        }
        become(CatalogLogState.RUNNING);
        if (failure.get() != null) {
            // an entry of the log failed before this peer was called running
            fail(failure.get());
        }
    }

    /**
     * Opens this peer's log and tables, or makes them. Returns when both are open; who leads may not be settled yet
     * ({@link #awaitLeader}).
     *
     * @param retries decides what becomes of a try that failed, and tries again: neither is for a thread of Ratis'. Not
     *     the common pool: where that has one thread, the JDK replaces it by a thread for each task
     * @throws BatonException DATA_LOST if a file is missing or damaged, UNSUPPORTED if a newer build wrote it,
     *     INVALID_ARGUMENT if the directory is another group's, BUSY if it is open already; the message names the file
     */
    public static RatisCatalogLog open(CatalogLogConfig config, MachineFactory machines, InProcessDirectory peers,
            Executor retries) throws IOException {
        return open(config, machines, peers, retries, new LogWriter());
    }

    /** The same with what ends Ratis' writer when the log is closed. */
    static RatisCatalogLog open(CatalogLogConfig config, MachineFactory machines, InProcessDirectory peers,
            Executor retries, LogWriter logWriter) throws IOException {
        RatisProcess.tame();
        Files.createDirectories(config.raftDirectory());
        DirectoryLock lock = DirectoryLock.take(config.directory());
        try {
            LogInspection.refuseOtherGroups(config);
            LogInspection.refuseDamage(config);
            return new RatisCatalogLog(config, lock, machines, peers, retries, logWriter);
        } catch (IOException | RuntimeException e) {
            lock.close();
            throw openingFailed(config, e);
        }
    }

    private static IOException openingFailed(CatalogLogConfig config, Throwable e) {
        for (Throwable cause = e; cause != null; cause = cause.getCause()) {
            if (cause instanceof BatonException known) {
                return known;
            }
        }
        return new IOException("cannot open the catalog in " + config.directory() + ": " + e.getMessage(), e);
    }

    private static RaftGroup group(CatalogLogConfig config) {
        return RaftGroup.valueOf(RaftGroupId.valueOf(config.group().value()), config.peers().stream()
                .map(p -> RaftPeer.newBuilder().setId(p.id()).setAddress(p.address()).build())
                .toList());
    }

    /**
     * Has a command replicated, forced and applied, here or, when another peer leads, there, and waits for the reply,
     * which Ratis' applying thread hands over by itself.
     *
     * @param command may repeat an invocation: what to make of that is the machine's affair (CAT-9)
     * @return the machine's reply
     * @throws BatonException LIMIT_EXCEEDED (too long), BUSY (too many under way), INTERNAL (this peer has failed),
     *     OUTCOME_UNKNOWN (no leader answered in time, or the log was closed): ask again with the same invocation
     * @throws InterruptedException the command may have run or yet run
     */
    public byte[] call(byte[] command) throws IOException, InterruptedException {
        BatonException before = stopped();
        if (before != null) {
            throw before;
        }
        try {
            return submitter.call(own, command);
        } catch (BatonException e) {
            BatonException stopped = stopped();
            throw stopped != null ? stopped : e;
        }
    }

    /**
     * The tables with all commands that were answered before the call. Close it soon.
     *
     * @throws BatonException NOT_LEADER if this peer does not lead or does not know yet; INTERNAL if it failed
     */
    public TableView view() throws IOException {
        BatonException stopped = stopped();
        if (stopped != null) {
            throw stopped;
        }
        if (!division.getInfo().isLeaderReady()) {
            throw notLeader();
        }
        if (!config.isAlone()) {
            submitter.readBarrier(server);
        }
        try {
            return binding.view();
        } catch (IllegalStateException e) {
            throw new BatonException(ErrorCode.NOT_LEADER, "catalog peer " + config.self()
                    + " is changing its tables over; ask again", e);
        }
    }

    private BatonException notLeader() {
        RaftPeerId leader = division.getInfo().getLeaderId();
        return new BatonException(ErrorCode.NOT_LEADER, "catalog peer " + config.self() + " does not lead; "
                + (leader == null ? "nobody is known to: ask again" : "ask " + leader));
    }

    /**
     * Waits until this peer leads and has applied all that was answered before, or knows who does.
     *
     * @return whether that came true in time
     */
    public boolean awaitLeader(Duration timeout) throws InterruptedException {
        return leadership.await(() -> stopped() != null || isLeader() || followsSomeone(), timeout) && isHealthy();
    }

    private boolean followsSomeone() {
        RaftPeerId leader = division.getInfo().getLeaderId();
        return leader != null && !leader.toString().equals(config.self());
    }

    /** Whether this peer leads and may answer reads. */
    public boolean isLeader() {
        return state.get() == CatalogLogState.RUNNING && division.getInfo().isLeaderReady();
    }

    /** Whether this peer works; if not, {@link #failureMessage()} says why. */
    public boolean isHealthy() {
        return stopped() == null;
    }

    /** Where this peer is in its life. */
    public CatalogLogState state() {
        return state.get();
    }

    /** Why this peer failed; null if it did not. */
    public String failureMessage() {
        Throwable cause = failure.get();
        return cause == null ? null : cause.getMessage();
    }

    /** The tables of this peer, which may be behind those of the leader. */
    TableView localView() {
        return binding.view();
    }

    /** Index of the last log entry applied here. */
    public long appliedIndex() {
        return division.getInfo().getLastAppliedIndex();
    }

    /** Null as long as this peer works. */
    private BatonException stopped() {
        noticeClosedDivision();
        return switch (state.get()) {
            case STARTING, RUNNING -> null;
            case FAILED -> new BatonException(ErrorCode.INTERNAL, "the catalog in " + config.directory()
                    + " has stopped: " + failureMessage() + "; restart it", failure.get());
            case CLOSED -> new BatonException(ErrorCode.OUTCOME_UNKNOWN, "the catalog in " + config.directory()
                    + " is closed");
        };
    }

    private void noticeClosedDivision() {
        DivisionInfo info = division.getInfo();
        if (state.get() == CatalogLogState.RUNNING && !info.isAlive()) {
            fail(new IOException("Ratis closed this peer; its state is " + info.getLifeCycleState()));
        }
    }

    /** The first failure counts; later ones follow from it. */
    private void fail(Throwable cause) {
        failure.compareAndSet(null, cause);
        if (become(CatalogLogState.FAILED)) {
            LOG.error("The catalog in {} has stopped", config.directory(), cause);
            submitter.giveUp("the catalog has stopped", cause);
            endServer();
        }
    }

    /** On a thread of its own: a failure is told on threads of Ratis', whose end Ratis waits for when it closes. */
    private void endServer() {
        if (serverEnding.compareAndSet(false, true)) {
            Thread thread = new Thread(serverEnd, "catalog-" + config.self() + "-end");
            thread.setDaemon(true);
            thread.start();
        }
    }

    private Void closeServer() throws IOException {
        server.close();
        return null;
    }

    /** An interrupt is kept for later: the tables may be closed only after the thread that applies has ended. */
    private void awaitServerEnd() throws IOException {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(CLOSE_TIMEOUT_SECONDS);
        boolean interrupted = false;
        try {
            for (;;) {
                try {
                    serverEnd.get(LOOK_MS, TimeUnit.MILLISECONDS);
                    return;
                } catch (InterruptedException e) {
                    interrupted = true;
                } catch (TimeoutException e) {
                    if (System.nanoTime() - deadline >= 0) {
                        throw notClosed("within " + CLOSE_TIMEOUT_SECONDS + " s", e);
                    }
                    endLogWriter();
                }
            }
        } catch (ExecutionException e) {
            throw notClosed("(" + e.getCause().getMessage() + ")", e.getCause());
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private IOException notClosed(String how, Throwable cause) {
        return new IOException("the log in " + config.raftDirectory() + " could not be closed " + how
                + "; it stays taken until this process ends", cause);
    }

    private void endLogWriter() {
        if (entries != null && !entries.isOpened()) {
            logWriter.endIfIdle();
        }
    }

    private boolean become(CatalogLogState next) {
        CatalogLogState before = state.getAndUpdate(now -> now.mayBecome(next) ? next : now);
        leadership.changed();
        return before.mayBecome(next);
    }

    /** Takes a snapshot if there is anything new, and frees everything. Commands under way end as OUTCOME_UNKNOWN. */
    @Override
    public void close() throws IOException {
        if (become(CatalogLogState.CLOSED)) {
            closeAll();
        }
    }

    private void closeAll() throws IOException {
        submitter.close();
        endServer();
        awaitServerEnd();
        binding.close();
        lock.close();
    }

    private void closeAfter(Exception failed) {
        try {
            closeAll();
        } catch (IOException e) {
            failed.addSuppressed(e);
        }
    }
}
