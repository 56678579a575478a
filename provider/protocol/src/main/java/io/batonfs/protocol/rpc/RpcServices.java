package io.batonfs.protocol.rpc;

import io.batonfs.model.ServerId;
import io.batonfs.protocol.CatalogService;
import io.batonfs.protocol.StorageService;
import java.io.Closeable;
import java.io.IOException;
import java.net.InetSocketAddress;
import javax.net.SocketFactory;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.CommonConfigurationKeys;
import org.apache.hadoop.io.retry.RetryPolicies;
import org.apache.hadoop.ipc.ProtobufRpcEngine2;
import org.apache.hadoop.ipc.RPC;
import org.apache.hadoop.net.NetUtils;
import org.apache.hadoop.security.UserGroupInformation;

/**
 * The services of a group over one control address, for one user. Every call is tried once: Hadoop's own repetitions
 * are switched off, because whoever calls repeats under the same invocation and knows for how long. All failures are
 * coded, see {@link RpcFailures}. TCP connections come with the first call, go when they are idle, and come again;
 * whatever thread calls, the user stays the one that was given here. Thread-safe.
 */
public final class RpcServices implements Closeable {
    private final RemoteCalls calls;
    private final CatalogControl catalogRpc;
    private final StorageControl storageRpc;
    private final CatalogService catalog;

    /**
     * Services at an address. Nothing is connected yet.
     *
     * @param address          control address of a server
     * @param user             on whose behalf all calls are made
     * @param conf             Hadoop's settings, which are copied: authentication, protection, ipc.* and so on
     * @param connectTimeoutMs how long an attempt to connect may take, from 1
     * @param callTimeoutMs    how long to wait for an answer, from 1
     * @throws IOException if Hadoop's RPC can't be set up with such settings
     */
    public RpcServices(InetSocketAddress address, UserGroupInformation user, Configuration conf, int connectTimeoutMs,
            int callTimeoutMs) throws IOException {
        Configuration own = triedOnce(conf, connectTimeoutMs);
        RPC.setProtocolEngine(own, CatalogControl.class, ProtobufRpcEngine2.class);
        RPC.setProtocolEngine(own, StorageControl.class, ProtobufRpcEngine2.class);
        SocketFactory sockets = new OwnSockets(NetUtils.getSocketFactory(own, CatalogControl.class));
        this.calls = new RemoteCalls(address.getHostString() + ":" + address.getPort());
        this.catalogRpc = proxy(CatalogControl.class, address, user, own, sockets, callTimeoutMs);
        this.storageRpc = proxy(StorageControl.class, address, user, own, sockets, callTimeoutMs);
        this.catalog = new RemoteCatalog(catalogRpc, calls);
    }

    /** A copy of Hadoop's settings with which every call is tried once. */
    static Configuration triedOnce(Configuration conf, int connectTimeoutMs) {
        Configuration own = new Configuration(conf);
        own.setInt(CommonConfigurationKeys.IPC_CLIENT_CONNECT_TIMEOUT_KEY, connectTimeoutMs);
        own.setInt(CommonConfigurationKeys.IPC_CLIENT_CONNECT_MAX_RETRIES_KEY, 0);
        own.setInt(CommonConfigurationKeys.IPC_CLIENT_CONNECT_MAX_RETRIES_ON_SOCKET_TIMEOUTS_KEY, 0);
        return own;
    }

    /** A protocol as Hadoop's RPC has it; nothing is connected yet. */
    static <P> P proxy(Class<P> protocol, InetSocketAddress address, UserGroupInformation user,
            Configuration conf, SocketFactory sockets, int callTimeoutMs) throws IOException {
        return RPC.getProtocolProxy(protocol, ControlProtocol.VERSION, address, user, conf, sockets, callTimeoutMs,
                RetryPolicies.TRY_ONCE_THEN_FAIL).getProxy();
    }

    /** The catalog. */
    public CatalogService catalog() {
        return catalog;
    }

    /** The control side of one storage server of the process at the address; calls of it say whether it is there. */
    public StorageService storage(ServerId server) {
        return new RemoteStorage(server, storageRpc, calls);
    }

    /** Ends the connections; calls under way fail. */
    @Override
    public void close() {
        calls.close();
        RPC.stopProxy(catalogRpc);
        RPC.stopProxy(storageRpc);
    }
}
