package io.batonfs.server.rpc;

import io.batonfs.model.BatonException;
import io.batonfs.model.Caller;
import io.batonfs.model.ErrorCode;
import io.batonfs.model.Invocation;
import io.batonfs.model.ServerId;
import io.batonfs.protocol.CallContext;
import io.batonfs.protocol.rpc.CheckServices;
import io.batonfs.protocol.rpc.RpcServices;
import io.batonfs.server.FreePorts;
import java.io.Closeable;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.security.UserGroupInformation;

/** A control server on a port of this machine in front of recording services, and clients of it. */
final class Rig implements Closeable {
    static final ServerId FIRST = new ServerId(1);
    static final ServerId SECOND = new ServerId(2);
    static final UUID CLIENT = new UUID(0x8123456789abcdefL, 0xfedcba9876543210L);
    /** What a client says of itself, which nobody is to believe. */
    static final Caller LIAR = new Caller("root", List.of("supergroup"), true);

    private static final AtomicLong CALLS = new AtomicLong(Long.MAX_VALUE - 1_000_000);
    private static final int TIMEOUT_MS = 60_000;

    final RecordingCatalog catalog = new RecordingCatalog();
    final RecordingStorage first = new RecordingStorage(FIRST);
    final RecordingStorage second = new RecordingStorage(SECOND);
    final RecordingChecks checks = new RecordingChecks();
    private final Configuration conf;
    private ControlServer server;

    Rig() throws IOException {
        this(new Configuration());
    }

    Rig(Configuration conf) throws IOException {
        this.conf = conf;
        start(FreePorts.next());
    }

    private void start(int port) throws IOException {
        server = ControlServer.start(conf, new InetSocketAddress(InetAddress.getLoopbackAddress(), port), catalog,
                this::storage, checks, 4);
    }

    private RecordingStorage storage(ServerId wanted) throws IOException {
        if (wanted.equals(FIRST)) {
            return first;
        }
        if (wanted.equals(SECOND)) {
            return second;
        }
        throw new BatonException(ErrorCode.NOT_FOUND, wanted + " is not here");
    }

    InetSocketAddress address() {
        return server.address();
    }

    ControlServer server() {
        return server;
    }

    /** Stops at once, whatever is under way. */
    void kill() {
        server.close(0);
    }

    /** Begins again at the same port. */
    void restart() throws IOException {
        start(server.address().getPort());
    }

    RpcServices client() throws IOException {
        return client(UserGroupInformation.createRemoteUser("alice"));
    }

    RpcServices client(UserGroupInformation user) throws IOException {
        return new RpcServices(address(), user, conf, TIMEOUT_MS, TIMEOUT_MS);
    }

    CheckServices checks(String user) throws IOException {
        return new CheckServices(address(), UserGroupInformation.createRemoteUser(user), conf, TIMEOUT_MS, TIMEOUT_MS);
    }

    /** A call with a name of its own. */
    static CallContext context() {
        return new CallContext(LIAR, new Invocation(CLIENT, CALLS.incrementAndGet()));
    }

    @Override
    public void close() {
        server.close();
    }
}
