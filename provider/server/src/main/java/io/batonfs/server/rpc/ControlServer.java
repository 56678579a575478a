package io.batonfs.server.rpc;

import io.batonfs.model.BatonException;
import io.batonfs.model.ErrorCode;
import io.batonfs.protocol.CatalogService;
import io.batonfs.protocol.CheckService;
import io.batonfs.protocol.rpc.CallFailure;
import io.batonfs.protocol.rpc.CatalogControl;
import io.batonfs.protocol.rpc.CatalogTranslator;
import io.batonfs.protocol.rpc.CheckControl;
import io.batonfs.protocol.rpc.CheckTranslator;
import io.batonfs.protocol.rpc.ControlProtocol;
import io.batonfs.protocol.rpc.ServedCalls;
import io.batonfs.protocol.rpc.StorageControl;
import io.batonfs.protocol.rpc.StorageFinder;
import io.batonfs.protocol.rpc.StorageTranslator;
import io.batonfs.protocol.wire.CatalogMessages.CatalogProtocol;
import io.batonfs.protocol.wire.CheckMessages.CheckProtocol;
import io.batonfs.protocol.wire.StorageMessages.StorageProtocol;
import java.io.Closeable;
import java.io.IOException;
import java.net.InetSocketAddress;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.CommonConfigurationKeys;
import org.apache.hadoop.ipc.ProtobufRpcEngine2;
import org.apache.hadoop.ipc.RPC;
import org.apache.hadoop.security.authorize.ProxyUsers;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The control port of a server: a catalog and storage servers behind Hadoop RPC. Hadoop authenticates each connection
 * (simple or Kerberos, as {@code hadoop.security.authentication} says) and, where {@code hadoop.security.authorization}
 * is on, asks hadoop-policy.xml who may come in; proxy users are let in by {@code hadoop.proxyuser.*}. Bytes that are
 * no RPC end the connection that brought them and nothing else. Thread-safe. Its threads are Hadoop's: one listener,
 * the readers, the handlers that run the calls, and one that sends answers; they end with {@link #close}.
 */
public final class ControlServer implements Closeable {
    /** How many calls run at the same time. */
    public static final String HANDLERS_KEY = "baton.server.rpc.handlers";

    /**
     * A catalog that forces its log answers eight callers at 17,000 commands a second and 64 at 27,000, so more than 16
     * gains little, and each of them is a thread.
     */
    public static final int DEFAULT_HANDLERS = 16;

    /** Room for what Hadoop itself puts around a request: the headers of call and tracing. */
    private static final int ENVELOPE_BYTES = 64 << 10;

    /** Calls under way when the server stops may finish within so long, twice: before and after being interrupted. */
    private static final long GRACE_MS = 5_000;

    private static final Logger LOG = LoggerFactory.getLogger(ControlServer.class);

    private final RPC.Server server;
    private final ServedCalls calls;
    private final InetSocketAddress address;

    private ControlServer(RPC.Server server, ServedCalls calls) {
        this.server = server;
        this.calls = calls;
        this.address = server.getListenerAddress();
    }

    /** Starts with as many handlers as {@link #HANDLERS_KEY} says; see the other {@code start}. */
    public static ControlServer start(
            Configuration conf, InetSocketAddress bind, CatalogService catalog, StorageFinder storages,
            CheckService checks) throws IOException {
        int handlers = conf.getInt(HANDLERS_KEY, DEFAULT_HANDLERS);
        if (handlers < 1) {
            throw new BatonException(ErrorCode.INVALID_ARGUMENT,
                    "setting " + HANDLERS_KEY + " is " + handlers + "; it has to be at least 1");
        }
        return start(conf, bind, catalog, storages, checks, handlers);
    }

    /**
     * Starts serving. What is served stays its owner's, and is closed after this.
     *
     * @param conf     Hadoop's settings, which are copied; proxy users are read from them for the whole process
     * @param bind     where to listen; port 0 for any
     * @param catalog  the catalog
     * @param storages the storage servers of this process
     * @param checks   checks of the whole group
     * @param handlers how many calls run at the same time, from 1
     * @throws IOException if the address is taken or none of this machine's
     */
    public static ControlServer start(Configuration conf, InetSocketAddress bind, CatalogService catalog,
            StorageFinder storages, CheckService checks, int handlers) throws IOException {
        Configuration own = new Configuration(conf);
        own.setInt(CommonConfigurationKeys.IPC_MAXIMUM_DATA_LENGTH,
                ControlProtocol.MOST_REQUEST_BYTES + ENVELOPE_BYTES);
        RPC.setProtocolEngine(own, CatalogControl.class, ProtobufRpcEngine2.class);
        RPC.setProtocolEngine(own, StorageControl.class, ProtobufRpcEngine2.class);
        RPC.setProtocolEngine(own, CheckControl.class, ProtobufRpcEngine2.class);
        // Before there is a port and threads: settings that make no sense show here.
        ProxyUsers.refreshSuperUserGroupsConfiguration(own);
        ServedCalls calls = new ServedCalls(new AuthenticatedCallers());
        RPC.Server server = new RPC.Builder(own)
                .setProtocol(CatalogControl.class)
                .setInstance(CatalogProtocol.newReflectiveBlockingService(new CatalogTranslator(catalog, calls)))
                .setBindAddress(bind.getHostString())
                .setPort(bind.getPort())
                .setNumHandlers(handlers)
                .build();
        server.addProtocol(RPC.RpcKind.RPC_PROTOCOL_BUFFER, StorageControl.class,
                StorageProtocol.newReflectiveBlockingService(new StorageTranslator(storages, calls)));
        server.addProtocol(RPC.RpcKind.RPC_PROTOCOL_BUFFER, CheckControl.class,
                CheckProtocol.newReflectiveBlockingService(new CheckTranslator(checks, calls)));
        // Refusals are answers, not events; faults are logged with all that is known where they are met.
        server.addSuppressedLoggingExceptions(CallFailure.class);
        if (own.getBoolean(CommonConfigurationKeys.HADOOP_SECURITY_AUTHORIZATION, false)) {
            server.refreshServiceAcl(own, new ControlPolicies());
        }
        server.start();
        return new ControlServer(server, calls);
    }

    /** Where it listens. */
    public InetSocketAddress address() {
        return address;
    }

    /**
     * Stops: takes no further calls, lets those under way finish for a while, ends all connections, interrupts what is
     * under way still. When it returns, no call uses what was served any more, unless one ignores being interrupted.
     */
    @Override
    public void close() {
        close(GRACE_MS);
    }

    /** See {@link #close()}; with no grace before the interrupts it is what a kill looks like to clients. */
    void close(long graceMs) {
        calls.refuseNew();
        boolean interrupted = false;
        try {
            calls.awaitIdle(graceMs);
        } catch (InterruptedException e) {
            interrupted = true;
        }
        server.stop();
        try {
            int left = calls.awaitIdle(GRACE_MS);
            if (left > 0) {
                LOG.warn("{} calls at {} are under way although the server has stopped; their clients will repeat them",
                        left, address);
            }
        } catch (InterruptedException e) {
            interrupted = true;
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
