package io.batonfs.protocol.rpc;

import io.batonfs.protocol.CheckService;
import java.io.Closeable;
import java.io.IOException;
import java.net.InetSocketAddress;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.ipc.ProtobufRpcEngine2;
import org.apache.hadoop.ipc.RPC;
import org.apache.hadoop.net.NetUtils;
import org.apache.hadoop.security.UserGroupInformation;

/**
 * Checks of a group over one control address, for one user, as {@link RpcServices} has the other services: apart from these,
 * because administrators' commands need them and no client does, whose jar they would make larger. Thread-safe.
 */
public final class CheckServices implements Closeable {
    private final RemoteCalls calls;
    private final CheckControl rpc;
    private final CheckService checks;

    /** As {@link RpcServices#RpcServices}. */
    public CheckServices(InetSocketAddress address, UserGroupInformation user, Configuration conf, int connectTimeoutMs,
            int callTimeoutMs) throws IOException {
        Configuration own = RpcServices.triedOnce(conf, connectTimeoutMs);
        RPC.setProtocolEngine(own, CheckControl.class, ProtobufRpcEngine2.class);
        this.calls = new RemoteCalls(address.getHostString() + ":" + address.getPort());
        this.rpc = RpcServices.proxy(CheckControl.class, address, user, own,
                new OwnSockets(NetUtils.getSocketFactory(own, CheckControl.class)), callTimeoutMs);
        this.checks = new RemoteChecks(rpc, calls);
    }

    /** Checks of the group, for administrators. */
    public CheckService checks() {
        return checks;
    }

    /** Ends the connections; calls under way fail. */
    @Override
    public void close() {
        calls.close();
        RPC.stopProxy(rpc);
    }
}
