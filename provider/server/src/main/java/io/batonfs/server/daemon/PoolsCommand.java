package io.batonfs.server.daemon;

import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Shows pools and their devices. */
@Command(name = "pools", mixinStandardHelpOptions = true,
        description = {"Shows the pools of the storage servers: RAID level, state, which failures each still survives, "
            + "and its space, with the devices that are out of it or missing, and why it is read-only or not open, what to do about "
            + "that, and how far devices are rebuilt that were put in others' places (see \"baton devices\").",
            "Asks the running server. If none listens where the configuration says, it looks at the devices, which "
                + "tell all but how much is in use; the group's lock is held for that moment, and nothing else changed."},
        exitCodeListHeading = "Exit codes:%n",
        exitCodeList = {"0:all pools serve with all their devices", "1:some do not, a device does not answer, or it could not be found out",
            "2:wrong usage"})
final class PoolsCommand implements Callable<Integer> {
    @Mixin
    private ConfigOptions options;

    @Mixin
    private PoolsQuestion question;

    @Option(names = "--devices", description = "Lists the devices that are well too.")
    private boolean devices;

    @Option(names = "--costs", description = "Shows what reads and writes in a pool cost beside the server's other pools, for "
            + "adaptive placement: as measured (\"baton profile --server\"), or as the RAID levels let one guess.")
    private boolean costs;

    @Option(names = "--json", description = "Prints a JSON object instead of a table.")
    private boolean json;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws Exception {
        PoolsAnswer told = question.answer(options);
        if (json) {
            spec.commandLine().getOut().println(new String(PoolReports.encode(told), StandardCharsets.UTF_8));
        } else {
            told.problemsWithDevices().forEach(spec.commandLine().getErr()::println);
            PoolTable.print(told.pools(), devices, spec.commandLine().getOut());
            RebuildTable.print(told.rebuilds(), spec.commandLine().getOut());
            SpareTable.print(told.spares(), spec.commandLine().getOut());
            RetirementTable.print(told.retirements(), spec.commandLine().getOut());
            if (costs) {
                told.costs().forEach(cost -> spec.commandLine().getOut().println(String.format(Locale.ROOT,
                        "costs of %s, pool %s: read %.2f%s, write %.2f, space %.2f (%s)", cost.server(), cost.pool(),
                        cost.read(), cost.degraded().isEmpty() ? "" : String.format(Locale.ROOT,
                        ", with a device out %.2f", cost.degraded().getAsDouble()), cost.write(), cost.space(), cost.basis())));
            }
        }
        return told.isHealthy() ? ExitCodes.OK : ExitCodes.FAILED;
    }
}
