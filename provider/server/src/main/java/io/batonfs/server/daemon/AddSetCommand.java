package io.batonfs.server.daemon;

import io.batonfs.model.ServerId;
import io.batonfs.protocol.NewDeviceSet;
import io.batonfs.protocol.ServerDescription;
import io.batonfs.protocol.rpc.RpcServices;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Gives a running server a further set of devices. */
@Command(name = "add-set", mixinStandardHelpOptions = true,
        description = {"Gives a running server a further set of devices, with pools of its own: they may be more, fewer or "
            + "larger than those that it has, at other RAID levels. New data go there at once. The devices must be blank: "
            + "the first and the last MiB zero. If one is refused, nothing is changed.",
            "A pool of set 2 is called fast@2, and serves what fast serves: the storage policy FAST, and data without a "
                + "policy if fast is the default pool. Its devices have the places 201, 202 and so on.",
            "The order goes over the control port in the name of whoever runs this, and is for administrators: the "
                + "superuser, and members of supergroup on the server's host. \"baton devices retire-set\" gives a set back."},
        footer = {"", "The pools are nearly full, and there are four new disks:",
            "  baton devices add-set /dev/sde /dev/sdf /dev/sdg /dev/sdh",
            "  baton pools                        shows its pools",
            "The server remembers the paths; baton.server.devices goes on naming the first set only."},
        exitCodeListHeading = "Exit codes:%n",
        exitCodeList = {"0:the set is the server's", "1:it is not, and nothing was changed; after a lost connection \"baton "
            + "pools\" shows which", "2:wrong usage"})
final class AddSetCommand implements Callable<Integer> {
    /** Formatting forces each device several times, and one that turns may have much to write first. */
    private static final int TIMEOUT_MS = 300_000;

    @Mixin
    private ConfigOptions options;

    @Mixin
    private ControlOptions control;

    @Parameters(arity = "1..*", paramLabel = "PATH", description = "Absolute paths of the devices or files on the server's "
            + "host, in the order of their places.")
    private List<String> paths;

    @Option(names = "--pools", paramLabel = "SPEC", description = "The pools on the devices, as baton.server.pools has them: "
            + "\"fast level=10 share=50; capacity level=5 share=50\". Default: as that setting says on the server's host. A "
            + "pool must survive as many failed devices as the server's others of its name.")
    private String pools;

    @Option(names = "--server", paramLabel = "SERVER", description = "The storage server: 1 or server-1. Default: the only "
            + "one of the group.")
    private String server;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws IOException {
        Optional<ServerId> named = server == null ? Optional.empty() : Optional.of(DevicesCommand.server(server, spec));
        try (RpcServices services = control.open(options.read(), TIMEOUT_MS)) {
            ServerId asked = named.isPresent() ? named.get() : only(services);
            NewDeviceSet.Added added = services.storage(asked).addDeviceSet(ControlOptions.context(UUID.randomUUID(), 1),
                    new NewDeviceSet(paths, Optional.ofNullable(pools)));
            spec.commandLine().getOut().println(asked + ": set " + added.number() + " is in, with the pools "
                    + String.join(", ", added.pools()) + (added.takesNewData() ? ""
                    : "; none of them is for data without a storage policy"));
        }
        return ExitCodes.OK;
    }

    private ServerId only(RpcServices services) throws IOException {
        List<ServerDescription> servers = services.catalog().groupStatus().servers();
        if (servers.size() != 1) {
            throw new ParameterException(spec.commandLine(), "The group has " + servers.size()
                    + " storage servers: say with --server which one has the devices");
        }
        return servers.get(0).server();
    }
}
