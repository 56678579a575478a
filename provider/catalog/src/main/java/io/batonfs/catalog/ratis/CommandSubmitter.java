package io.batonfs.catalog.ratis;

import io.batonfs.model.BatonException;
import io.batonfs.model.ErrorCode;
import java.io.Closeable;
import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.ratis.protocol.ClientId;
import org.apache.ratis.protocol.Message;
import org.apache.ratis.protocol.RaftClientAsynchronousProtocol;
import org.apache.ratis.protocol.RaftClientReply;
import org.apache.ratis.protocol.RaftClientRequest;
import org.apache.ratis.protocol.RaftGroup;
import org.apache.ratis.protocol.RaftGroupId;
import org.apache.ratis.protocol.RaftPeerId;
import org.apache.ratis.protocol.exceptions.NotLeaderException;
import org.apache.ratis.protocol.exceptions.RaftException;
import org.apache.ratis.protocol.exceptions.ResourceUnavailableException;
import org.apache.ratis.server.RaftServer;
import org.apache.ratis.thirdparty.com.google.protobuf.UnsafeByteOperations;

/**
 * Brings commands to whoever leads, and again until they are answered. Thread-safe.
 *
 * <p>Every command ends within the submit timeout, whatever becomes of Ratis' own futures. Its caller waits, and is
 * woken by Ratis' thread itself. What there is to do after a try that failed is done by the executor for that, not by a
 * thread of Ratis' and not by the timer.
 *
 * <p>A peer that is silent is not asked again: it has the command, and however slowly it applies, a second one in its log
 * would only make it slower. Silence is a reason to ask another peer, and to wait on where nobody else leads. So a command
 * reaches the log once for each leader that took it and fell silent or fell. That is harmless: the invocation rides with
 * it, and the machine gives the first reply (CAT-9).
 *
 * <p>Each try has a call id of its own, so that Ratis' retry cache never knows it. The cache would answer a caller who was
 * told AGAIN or BUSY, and comes again with a fresh report, with the same refusal; it hands out for ever the future of a try
 * that failed while it was appended; and it forgets by the clock: of an entry that is applied later than that, a second
 * one with the same id would be answered by an entry of the cache that is complete already.
 */
final class CommandSubmitter implements Closeable {
    /** Below Ratis' limit of 4 MB for what travels at once, with room for its own frame. */
    static final int MAX_COMMAND_BYTES = 3 << 20;
    private static final String CLOSED = "the catalog is being closed";
    private static final long RETRY_DELAY_MS = 10;
    /** A leader cut off from the others holds commands until it notices; another one may answer long before. */
    private static final long ANSWER_TIMEOUTS = 10;

    private final CatalogLogConfig config;
    private final RaftGroup group;
    private final RaftPeerId self;
    private final InProcessDirectory peers;
    private final Executor retries;
    private final ScheduledThreadPoolExecutor timer;
    private final Set<Attempt> underWay = ConcurrentHashMap.newKeySet();
    private final ClientId client = ClientId.randomId();
    private final AtomicLong calls = new AtomicLong();
    private volatile RaftPeerId target;
    private volatile String stoppedBecause;

    CommandSubmitter(CatalogLogConfig config, RaftGroup group, InProcessDirectory peers, Executor retries) {
        this.config = config;
        this.group = group;
        this.self = RaftPeerId.valueOf(config.self());
        this.peers = peers;
        this.retries = retries;
        this.target = self;
        this.timer = new ScheduledThreadPoolExecutor(1, work -> {
            Thread thread = new Thread(work, "catalog-" + self + "-retry");
            thread.setDaemon(true);
            return thread;
        });
        timer.setRemoveOnCancelPolicy(true);
        timer.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
    }

    /**
     * Brings a command to the leader and waits for the reply.
     *
     * @param own takes commands for this peer
     */
    byte[] call(RaftClientAsynchronousProtocol own, byte[] command) throws BatonException, InterruptedException {
        if (command.length > MAX_COMMAND_BYTES) {
            throw new BatonException(ErrorCode.LIMIT_EXCEEDED, "a catalog command of " + command.length
                    + " bytes is longer than " + MAX_COMMAND_BYTES + ": split it");
        }
        StackRoom.ensure();
        Attempt attempt = new Attempt(own, command);
        try {
            attempt.start();
            return attempt.await();
        } finally {
            attempt.end();
        }
    }

    /**
     * Returns when this peer is known to lead still and has applied everything that was answered before.
     *
     * @throws BatonException NOT_LEADER
     */
    void readBarrier(RaftServer server) throws IOException {
        RaftClientRequest request = request(calls.incrementAndGet(), self)
                .setType(RaftClientRequest.readRequestType())
                .setMessage(Message.EMPTY)
                .build();
        try {
            RaftClientReply reply = server.submitClientRequestAsync(request)
                    .get(config.submitTimeout().toMillis(), TimeUnit.MILLISECONDS);
            if (!reply.isSuccess()) {
                throw reply.getException();
            }
        } catch (IOException | ExecutionException | TimeoutException e) {
            throw new BatonException(ErrorCode.NOT_LEADER, "catalog peer " + self + " leads no longer; ask again", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new BatonException(ErrorCode.AGAIN, "interrupted while reading the catalog", e);
        }
    }

    private RaftClientRequest.Builder request(long call, RaftPeerId to) {
        RaftGroupId id = group.getGroupId();
        return RaftClientRequest.newBuilder().setClientId(client).setCallId(call).setGroupId(id).setServerId(to);
    }

    static Throwable unwrap(Throwable e) {
        return e instanceof CompletionException && e.getCause() != null ? unwrap(e.getCause()) : e;
    }

    @Override
    public void close() {
        timer.shutdown();
        giveUp(CLOSED, null);
    }

    /** Ends all commands that are under way, and all that come. */
    void giveUp(String reason, Throwable cause) {
        stoppedBecause = reason;
        for (Attempt attempt : underWay) {
            attempt.giveUp(reason, cause);
        }
    }

    /** That a peer has not answered yet. It may still. */
    private static final class SilentException extends Exception {
        private static final long serialVersionUID = 1L;

        SilentException(RaftPeerId peer, long timeoutMs) {
            super("no answer from " + peer + " within " + timeoutMs + " ms", null, false, false);
        }
    }

    /** One command on its way. Steps follow each other; no two run at once. */
    private final class Attempt {
        private final RaftClientAsynchronousProtocol own;
        /** At most one try at each peer whose failure has not been seen; only steps touch it. */
        private final Map<RaftPeerId, CompletableFuture<RaftClientReply>> tries = new HashMap<>();
        private final Message command;
        /** Nothing hangs on it but its caller, so any thread may complete it. */
        private final CompletableFuture<byte[]> result = new CompletableFuture<>();
        private volatile Throwable lastFailure;

        Attempt(RaftClientAsynchronousProtocol own, byte[] command) {
            this.own = own;
            this.command = Message.valueOf(UnsafeByteOperations.unsafeWrap(command));
        }

        private String tooLate() {
            return "it was not answered within " + config.submitTimeout().toMillis() + " ms";
        }

        /**
         * Listed first and looked for a stop after it: whoever stops the others sees this one, or this one sees that.
         */
        void start() {
            underWay.add(this);
            if (stoppedBecause != null) {
                giveUp(stoppedBecause, null);
            } else {
                next();
            }
        }

        byte[] await() throws BatonException, InterruptedException {
            try {
                return result.get(config.submitTimeout().toMillis(), TimeUnit.MILLISECONDS);
            } catch (TimeoutException e) {
                throw outcomeUnknown(tooLate(), lastFailure);
            } catch (ExecutionException e) {
                throw e.getCause() instanceof BatonException known ? known : outcomeUnknown("it failed", e.getCause());
            }
        }

        /** No more tries, whatever became of the waiting. */
        void end() {
            underWay.remove(this);
            result.cancel(false);
        }

        private void next() {
            if (result.isDone()) {
                return;
            }
            RaftPeerId to = target;
            CompletableFuture<RaftClientReply> reply = tries.get(to);
            if (reply == null) {
                try {
                    reply = ask(to);
                } catch (IOException | RuntimeException e) {
                    failed(to, e);
                    return;
                }
                tries.put(to, reply);
            }
            answerInTime(to, reply).whenComplete((r, e) -> {
                if (e == null && r.isSuccess()) {
                    succeeded(r);
                } else {
                    afterwards(() -> failed(to, r, e));
                }
            });
        }

        /** A success counts whenever it comes, also while another peer is being asked. */
        private CompletableFuture<RaftClientReply> ask(RaftPeerId to) throws IOException {
            RaftClientRequest request = request(calls.incrementAndGet(), to)
                    .setType(RaftClientRequest.writeRequestType())
                    .setMessage(command)
                    .build();
            CompletableFuture<RaftClientReply> asked =
                    (to.equals(self) ? own : peers.reach(self, to)).submitClientRequestAsync(request);
            if (!config.isAlone()) {
                asked.thenAccept(reply -> {
                    if (reply.isSuccess()) {
                        succeeded(reply);
                    }
                });
            }
            return asked;
        }

        /** Runs a step after a failure; if the executor takes no more, the command ends here. */
        private void afterwards(Runnable step) {
            try {
                retries.execute(step);
            } catch (RejectedExecutionException e) {
                giveUp("nobody is left to try it again", e);
            }
        }

        /** Alone there is nobody else to ask, and only the submit timeout ends the waiting. */
        private CompletableFuture<RaftClientReply> answerInTime(RaftPeerId to,
                CompletableFuture<RaftClientReply> reply) {
            if (config.isAlone()) {
                return reply;
            }
            CompletableFuture<RaftClientReply> timed = reply.copy();
            long timeoutMs = ANSWER_TIMEOUTS * config.electionTimeout().toMillis();
            try {
                var timeout = timer.schedule(() -> timed.completeExceptionally(new SilentException(to, timeoutMs)),
                        timeoutMs, TimeUnit.MILLISECONDS);
                timed.whenComplete((r, e) -> timeout.cancel(false));
            } catch (RejectedExecutionException e) {
                timed.completeExceptionally(e);
            }
            return timed;
        }

        private void failed(RaftPeerId to, RaftClientReply reply, Throwable e) {
            Throwable failure = e == null ? reply.getException() : unwrap(e);
            if (!(failure instanceof SilentException)) {
                tries.remove(to);
            }
            failed(to, failure);
        }

        private void succeeded(RaftClientReply reply) {
            result.complete(reply.getMessage().getContent().toByteArray());
        }

        private void failed(RaftPeerId to, Throwable e) {
            lastFailure = e;
            // of several peers it may be one that ceases to lead, and has the command in its log already
            if (e instanceof ResourceUnavailableException && config.isAlone()) {
                result.completeExceptionally(new BatonException(ErrorCode.BUSY,
                        "the catalog has too many commands under way; ask again a little later", e));
                return;
            }
            if (target.equals(to)) {
                target = elsewhere(to, e);
            }
            try {
                timer.schedule(() -> afterwards(this::next), RETRY_DELAY_MS, TimeUnit.MILLISECONDS);
            } catch (RejectedExecutionException closed) {
                giveUp(CLOSED, e);
            }
        }

        void giveUp(String reason, Throwable cause) {
            result.completeExceptionally(outcomeUnknown(reason, cause));
        }

        private BatonException outcomeUnknown(String reason, Throwable cause) {
            return new BatonException(ErrorCode.OUTCOME_UNKNOWN,
                    "the catalog command may or may not have run: " + reason + "; ask again as the same call", cause);
        }
    }

    /** Whom to ask after a peer failed: the leader that it names, or the next peer in turn. */
    private RaftPeerId elsewhere(RaftPeerId failed, Throwable e) {
        if (e instanceof NotLeaderException other && other.getSuggestedLeader() != null) {
            return other.getSuggestedLeader().getId();
        }
        if (e instanceof RaftException && !(e instanceof NotLeaderException)) {
            return failed;
        }
        for (int i = 0; i < config.peers().size(); i++) {
            if (config.peers().get(i).id().equals(failed.toString())) {
                return RaftPeerId.valueOf(config.peers().get((i + 1) % config.peers().size()).id());
            }
        }
        return self;
    }
}
