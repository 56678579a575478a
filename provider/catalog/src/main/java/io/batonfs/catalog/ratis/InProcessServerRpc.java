package io.batonfs.catalog.ratis;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.InetSocketAddress;
import java.util.Collection;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.ratis.proto.RaftProtos.AppendEntriesReplyProto;
import org.apache.ratis.proto.RaftProtos.AppendEntriesRequestProto;
import org.apache.ratis.proto.RaftProtos.InstallSnapshotReplyProto;
import org.apache.ratis.proto.RaftProtos.InstallSnapshotRequestProto;
import org.apache.ratis.proto.RaftProtos.RaftRpcRequestProto;
import org.apache.ratis.proto.RaftProtos.RequestVoteReplyProto;
import org.apache.ratis.proto.RaftProtos.RequestVoteRequestProto;
import org.apache.ratis.proto.RaftProtos.StartLeaderElectionReplyProto;
import org.apache.ratis.proto.RaftProtos.StartLeaderElectionRequestProto;
import org.apache.ratis.protocol.RaftPeer;
import org.apache.ratis.protocol.RaftPeerId;
import org.apache.ratis.rpc.RpcType;
import org.apache.ratis.server.RaftServer;
import org.apache.ratis.server.RaftServerConfigKeys;
import org.apache.ratis.server.RaftServerRpc;

/**
 * One peer's calls to the others of its JVM. A call runs on a thread of this peer's pool and not on Ratis' own, which
 * Ratis interrupts: an interrupt inside the other peer would close the file that it is writing. One peer alone never
 * starts a thread here.
 */
final class InProcessServerRpc implements RaftServerRpc {
    private final RpcType type;
    private final RaftServer server;
    private final InProcessDirectory directory;
    private final long timeoutMs;
    private final ExecutorService calls;

    InProcessServerRpc(RpcType type, RaftServer server, InProcessDirectory directory) {
        this.type = type;
        this.server = server;
        this.directory = directory;
        this.timeoutMs = RaftServerConfigKeys.Rpc.requestTimeout(server.getProperties()).toLong(TimeUnit.MILLISECONDS);
        this.calls = Executors.newCachedThreadPool(call -> {
            Thread thread = new Thread(call, "catalog-" + server.getId() + "-call");
            thread.setDaemon(true);
            return thread;
        });
    }

    @Override
    public void start() throws IOException {
        directory.register(server.getId(), server);
    }

    @Override
    public void close() {
        directory.unregister(server.getId(), server);
        calls.shutdown();
    }

    @Override
    public RpcType getRpcType() {
        return type;
    }

    /** There is none: nothing listens. */
    @Override
    public InetSocketAddress getInetSocketAddress() {
        return null;
    }

    @Override
    public void addRaftPeers(Collection<RaftPeer> peers) {
        // peers are found in the directory
    }

    @Override
    public void handleException(RaftPeerId peer, Exception failure, boolean reconnect) {
        // no connection to mend
    }

    @Override
    public AppendEntriesReplyProto appendEntries(AppendEntriesRequestProto request) throws IOException {
        return call(request.getServerRequest(), to -> to.appendEntries(request));
    }

    @Override
    public InstallSnapshotReplyProto installSnapshot(InstallSnapshotRequestProto request) throws IOException {
        return call(request.getServerRequest(), to -> to.installSnapshot(request));
    }

    @Override
    public RequestVoteReplyProto requestVote(RequestVoteRequestProto request) throws IOException {
        return call(request.getServerRequest(), to -> to.requestVote(request));
    }

    @Override
    public StartLeaderElectionReplyProto startLeaderElection(StartLeaderElectionRequestProto request)
            throws IOException {
        return call(request.getServerRequest(), to -> to.startLeaderElection(request));
    }

    private <T> T call(RaftRpcRequestProto header, Call<T> call) throws IOException {
        RaftPeerId from = RaftPeerId.valueOf(header.getRequestorId());
        RaftPeerId to = RaftPeerId.valueOf(header.getReplyId());
        RaftServer target = directory.reach(from, to);
        try {
            Future<T> reply = calls.submit(() -> call.on(target));
            T value = reply.get(timeoutMs, TimeUnit.MILLISECONDS);
            directory.replyReaches(to, from);
            return value;
        } catch (InterruptedException e) {
            throw (IOException) new InterruptedIOException("interrupted while calling catalog peer " + to).initCause(e);
        } catch (ExecutionException e) {
            throw e.getCause() instanceof IOException io ? io : new IOException("catalog peer " + to + " failed", e);
        } catch (TimeoutException e) {
            throw new IOException("catalog peer " + to + " did not answer within " + timeoutMs + " ms", e);
        } catch (RejectedExecutionException e) {
            throw new IOException("catalog peer " + from + " is closed", e);
        }
    }

    private interface Call<T> {
        T on(RaftServer target) throws IOException;
    }
}
