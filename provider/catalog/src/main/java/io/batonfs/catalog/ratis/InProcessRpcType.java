package io.batonfs.catalog.ratis;

import org.apache.ratis.conf.Parameters;
import org.apache.ratis.rpc.RpcFactory;
import org.apache.ratis.rpc.RpcType;
import org.apache.ratis.server.RaftServer;
import org.apache.ratis.server.RaftServerRpc;
import org.apache.ratis.server.ServerFactory;

/**
 * Ratis' name for {@link InProcessServerRpc}. Public, with a public constructor, because Ratis makes it by its class
 * name; the directory of peers comes with the parameters.
 */
public final class InProcessRpcType implements RpcType {
    private static final String DIRECTORY = "baton.catalog.in-process-directory";

    /** Called by Ratis. */
    public InProcessRpcType() {
        // nothing to set: see the class comment
    }

    static Parameters parameters(InProcessDirectory directory) {
        Parameters parameters = new Parameters();
        parameters.put(DIRECTORY, directory, InProcessDirectory.class);
        return parameters;
    }

    @Override
    public String name() {
        return InProcessRpcType.class.getName();
    }

    @Override
    public RpcFactory newFactory(Parameters parameters) {
        return new Factory(this, parameters.getNonNull(DIRECTORY, InProcessDirectory.class));
    }

    private record Factory(RpcType type, InProcessDirectory directory) implements ServerFactory {

        @Override
        public RpcType getRpcType() {
            return type;
        }

        @Override
        public RaftServerRpc newRaftServerRpc(RaftServer server) {
            return new InProcessServerRpc(type, server, directory);
        }
    }
}
