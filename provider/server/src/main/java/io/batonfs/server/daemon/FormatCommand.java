package io.batonfs.server.daemon;

import io.batonfs.model.GroupId;
import io.batonfs.server.local.ClosedGroup;
import io.batonfs.server.local.LocalGroup;
import io.batonfs.server.local.PoolSettings;
import java.security.SecureRandom;
import java.time.Clock;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Formats a group. */
@Command(name = "format", mixinStandardHelpOptions = true,
        description = {"Formats the directory and the devices that the configuration names, for a new group.",
            "\"baton server\" does the same at its first start if nothing is there; this command is for devices that "
                + "hold something, and for beginning anew."},
        exitCodeListHeading = "Exit codes:%n",
        exitCodeList = {"0:formatted", "1:refused, and nothing was changed if something was there; or a device failed: with "
            + "--force the old group is gone once the devices are being written", "2:wrong usage"})
final class FormatCommand implements Callable<Integer> {
    @Mixin
    private ConfigOptions options;

    @Option(names = "--force", description = "Destroys the group, and whatever else is on the devices. "
            + "Devices that only that group had, of further sets, spares and such as were put in others' places, are made "
            + "blank.")
    private boolean force;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws Exception {
        DaemonConfig config = options.read();
        GroupId group = LocalGroup.format(config.group(), force, Clock.systemUTC(), new SecureRandom(),
                spec.commandLine().getOut()::println);
        spec.commandLine().getOut().println("Formatted " + group + " in " + config.group().directory());
        int devices = config.group().devices();
        spec.commandLine().getOut().println("Pools on the " + devices + " devices of each storage server: "
                + PoolSettings.text(config.group().pools().config(), devices));
        PoolTable.print(ClosedGroup.pools(config.group()).pools(), false, spec.commandLine().getOut());
        return ExitCodes.OK;
    }
}
