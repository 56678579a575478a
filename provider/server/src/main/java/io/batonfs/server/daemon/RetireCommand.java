package io.batonfs.server.daemon;

import io.batonfs.model.ServerId;
import io.batonfs.protocol.DeviceOrder;
import io.batonfs.protocol.rpc.RpcServices;
import io.batonfs.server.PoolName;
import java.io.IOException;
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

/** Has another device take the place of one that is well, which serves until then. */
@Command(name = "retire", mixinStandardHelpOptions = true,
        description = {"Retires a device that is well: another one is given all that it has, and then its place. Until then "
            + "the former one serves as ever, so that the pools survive at all times what they survive now, and RAID 0 loses "
            + "nothing. Afterwards it is blank, and may be taken out.",
            "The order goes over the control port in the name of whoever runs this, and is for administrators: the "
                + "superuser, and members of supergroup on the server's host."},
        footer = {"", "A disk that is old, or too small, is to go:",
            "  baton devices retire 1 3 /dev/sdx  /dev/sdx is to have place 3 of server-1",
            "  baton pools                        shows percent, rate and time left",
            "  baton devices retire 1 3 --cancel  if it is to stay after all",
            "If the new one fails, all is as before. If the former one fails, the new one goes on as in \"baton devices "
                + "replace\".",
            "The server remembers the path; name it in baton.server.devices instead of the former one all the same."},
        exitCodeListHeading = "Exit codes:%n",
        exitCodeList = {"0:the device is being retired, or is not any more", "1:nothing was changed unless the message says "
            + "so", "2:wrong usage"})
final class RetireCommand implements Callable<Integer> {
    /** A device is forced several times, and one that turns may have much to write first. */
    private static final int TIMEOUT_MS = 120_000;

    @Mixin
    private ConfigOptions options;

    @Mixin
    private ControlOptions control;

    @Parameters(index = "0", paramLabel = "SERVER", description = "The storage server: 1 or server-1.")
    private String server;

    @Parameters(index = "1", paramLabel = "PLACE", description = "The device's place in its set, from 1; without --set also "
            + "from 201 in set 2, as \"baton pools\" has it.")
    private int place;

    @Parameters(index = "2", arity = "0..1", paramLabel = "NEWPATH", description = "Absolute path of the device or file on "
            + "the server's host that is to have the place: one of the set's spares, or one whose first and last 64 KiB are "
            + "zero and that is at least as large as the pools need.")
    private String path;

    @Option(names = "--set", paramLabel = "SET", defaultValue = "1", description = "The set of the server's devices, as its "
            + "number; default: 1, which the server was formatted with.")
    private int set;

    @Option(names = "--cancel", description = "Ends a retirement that is under way: the device keeps its place, and the one "
            + "that was to have it is made blank.")
    private boolean cancel;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws IOException {
        if (cancel == (path != null)) {
            throw new ParameterException(spec.commandLine(), "Name NEWPATH, or say --cancel");
        }
        if (set < PoolName.FIRST_SET || set > PoolName.MOST_SETS) {
            throw new ParameterException(spec.commandLine(), "there is no set " + set + "; name one from "
                    + PoolName.FIRST_SET + " to " + PoolName.MOST_SETS);
        }
        ServerId asked = DevicesCommand.server(server, spec);
        int inServer = set == PoolName.FIRST_SET ? place : PoolName.placeInServer(set, place);
        DeviceOrder order = new DeviceOrder(cancel ? DeviceOrder.Kind.KEEP : DeviceOrder.Kind.RETIRE, inServer,
                Optional.ofNullable(path), false);
        try (RpcServices services = control.open(options.read(), TIMEOUT_MS)) {
            String device = services.storage(asked)
                    .changeDevice(ControlOptions.context(UUID.randomUUID(), 1), order);
            spec.commandLine().getOut().println(asked + ": " + device + (cancel
                    ? " is not to have place " + inServer + " any more"
                    : " is to have place " + inServer + ", once it has all that the device there has; \"baton pools\" shows"
                            + " how far that is"));
        }
        return ExitCodes.OK;
    }
}
