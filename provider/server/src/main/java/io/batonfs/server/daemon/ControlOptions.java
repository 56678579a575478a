package io.batonfs.server.daemon;

import io.batonfs.model.Caller;
import io.batonfs.model.Invocation;
import io.batonfs.protocol.CallContext;
import io.batonfs.protocol.rpc.CheckServices;
import io.batonfs.protocol.rpc.RpcServices;
import java.io.IOException;
import java.net.UnknownHostException;
import java.util.List;
import java.util.UUID;
import org.apache.hadoop.security.UserGroupInformation;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Where a command's orders go, and in whose name. Used by one thread. */
final class ControlOptions {
    @Option(names = "--control", paramLabel = "HOST:PORT", description = "Where orders go. "
            + "Default: this host at the port that the configuration names.")
    private String control;

    @Spec(Spec.Target.MIXEE)
    private CommandSpec spec;

    /** Whether somebody has said where orders go. */
    boolean isGiven() {
        return control != null;
    }

    /** The services of the group, for whoever runs this command. */
    RpcServices open(DaemonConfig config, int timeoutMs) throws IOException {
        return new RpcServices(address(config).socketAddress(), UserGroupInformation.getCurrentUser(), config.hadoop(),
                timeoutMs, timeoutMs);
    }

    /** Checks of the group, for whoever runs this command. */
    CheckServices openChecks(DaemonConfig config, int timeoutMs) throws IOException {
        return new CheckServices(address(config).socketAddress(), UserGroupInformation.getCurrentUser(), config.hadoop(),
                timeoutMs, timeoutMs);
    }

    /** The context of a call. */
    static CallContext context(UUID client, long number) throws IOException {
        return new CallContext(new Caller(UserGroupInformation.getCurrentUser().getShortUserName(), List.of(), false),
                new Invocation(client, number));
    }

    private HostPort address(DaemonConfig config) throws UnknownHostException {
        if (control == null) {
            HostPort rpc = config.rpc();
            return rpc.isEveryAddress() ? new HostPort("localhost", rpc.port()) : rpc;
        }
        try {
            return HostPort.parse(control);
        } catch (IllegalArgumentException e) {
            throw new ParameterException(spec.commandLine(), "--control " + control + " is not like host:8770", e);
        }
    }
}
