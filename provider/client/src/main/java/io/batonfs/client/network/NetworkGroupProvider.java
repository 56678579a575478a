package io.batonfs.client.network;

import io.batonfs.client.ClientConfig;
import io.batonfs.client.GroupConnection;
import io.batonfs.client.GroupProvider;
import io.batonfs.model.BatonException;
import io.batonfs.model.ErrorCode;
import io.batonfs.protocol.rpc.RpcServices;
import io.batonfs.transport.wire.SameHostWire;
import io.batonfs.transport.wire.SharedMemoryWireConfig;
import io.batonfs.transport.wire.TcpWire;
import io.batonfs.transport.wire.TcpWireConfig;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.net.NetUtils;
import org.apache.hadoop.security.UserGroupInformation;

/**
 * Serves {@code baton://host[:port]/}: the control address of a server, port 8770 if none is named. Stateless;
 * thread-safe.
 */
public final class NetworkGroupProvider implements GroupProvider {

    /**
     * An attempt to connect may take 10 s, less where the time for all attempts is short: a lost first packet is sent
     * again after 1, 3 and 7 s, and who has not answered by then is tried anew.
     */
    private static final long MOST_CONNECT_MS = 10_000;
    /** Of a server of this host, who answers in less than a millisecond: one that is held up is tried by TCP then. */
    private static final int MOST_HANDSHAKE_MS = 2_000;

    @Override
    public boolean serves(String authority, Map<String, String> settings) {
        return authority != null && !authority.isEmpty();
    }

    /**
     * Connects as the current user. Nothing is sent yet: a server that can't be reached shows at the first call, which
     * is retried for {@code fs.baton.client.retry.timeout.ms}.
     *
     * @throws BatonException INVALID_ARGUMENT for an authority that is none; UNREACHABLE, at once, for a host that does
     *                        not exist
     */
    @Override
    public GroupConnection connect(String authority, Map<String, String> settings) throws IOException {
        Authority control = Authority.parse(authority);
        ClientConfig config = ClientConfig.from(settings);
        Configuration conf = new Configuration();
        settings.forEach(conf::set);
        InetSocketAddress address = NetUtils.createSocketAddrForHost(control.host(), control.port());
        if (address.isUnresolved()) {
            throw new BatonException(ErrorCode.UNREACHABLE, "baton://" + authority + "/: there is no host \""
                    + control.host() + "\"; check its spelling and the name service",
                    new UnknownHostException(control.host()));
        }
        int callTimeoutMs = (int) Math.min(config.requestTimeoutMs(), Integer.MAX_VALUE);
        int connectTimeoutMs = (int) Math.max(1, Math.min(MOST_CONNECT_MS, config.retryTimeoutMs()));
        RpcServices services = new RpcServices(
                address, UserGroupInformation.getCurrentUser(), conf, connectTimeoutMs, callTimeoutMs);
        Optional<SameHostWire> sameHost = config.sharedMemory()
                ? Optional.of(new SameHostWire(sharedMemory(config))) : Optional.empty();
        return new NetworkConnection(control, services, new DataSide(() -> wires(sameHost)), sameHost);
    }

    /** Shared memory, where it is used, is tried before TCP. */
    private static List<DataSide.PluggedWire> wires(Optional<SameHostWire> sameHost) throws IOException {
        DataSide.PluggedWire tcp = DataSide.PluggedWire.of(new TcpWire(TcpWireConfig.DEFAULT));
        return Stream.concat(sameHost.map(DataSide.PluggedWire::of).stream(), Stream.of(tcp)).toList();
    }

    private static SharedMemoryWireConfig sharedMemory(ClientConfig config) {
        return SharedMemoryWireConfig.DEFAULT.in(config.sharedMemoryDirectory())
                .admitting(config.sharedMemoryServerUsers()).handshakeWithin(MOST_HANDSHAKE_MS);
    }
}
