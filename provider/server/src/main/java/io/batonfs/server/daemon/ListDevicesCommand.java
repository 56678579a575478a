package io.batonfs.server.daemon;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** Shows which device is in which place. */
@Command(name = "list", mixinStandardHelpOptions = true,
        description = {"Shows the devices of the storage servers by their places, which is what orders about them name, "
            + "with what is to be done about those that are missing or out, and what went wrong with each since the server's "
            + "start: blocks that were damaged, and reads, writes and forces that failed; then the spares.",
            "Asks the running server, and without one the devices, as \"baton pools\" does, which shows what that means for "
                + "the pools."},
        exitCodeListHeading = "Exit codes:%n",
        exitCodeList = {"0:all devices are there and in use, answer, and are not going bad",
            "1:some are not, or it could not be found out",
            "2:wrong usage"})
final class ListDevicesCommand implements Callable<Integer> {
    @Mixin
    private ConfigOptions options;

    @Mixin
    private PoolsQuestion question;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws Exception {
        PoolsAnswer told = question.answer(options);
        told.problemsWithDevices().forEach(spec.commandLine().getErr()::println);
        DeviceTable.print(told, spec.commandLine().getOut());
        return told.isHealthy() && !told.isAnyGoingBad() ? ExitCodes.OK : ExitCodes.FAILED;
    }
}
