package io.batonfs.server.daemon;

import io.batonfs.model.ServerId;
import io.batonfs.protocol.DeviceOrder;
import io.batonfs.protocol.rpc.RpcServices;
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

/** Puts devices in the places of others, and takes devices back; orders of other kinds are commands below it. */
@Command(name = "devices", mixinStandardHelpOptions = true, subcommands = AddSetCommand.class,
        description = {"Puts a blank device in the place of one that is missing, has failed or is to go, or takes a device "
            + "back that was missing or out. The server then rebuilds it while it serves; \"baton pools\" shows how far "
            + "that is. Until it is done nothing is read from the device, and a pool survives no more than without it.",
            "The order goes over the control port in the name of whoever runs this, and is for administrators: the "
                + "superuser, and members of supergroup on the server's host."},
        footer = {"", "A disk has failed:",
            "  baton pools                        shows \"missing\" or \"out\", server, place, and what to do",
            "  (put in a new disk, at least as large as the pools need; wipefs -a /dev/sdx if it is not blank)",
            "  baton devices replace 1 3 /dev/sdx puts it in place 3 of server-1, without a restart",
            "  baton pools                        shows percent, rate and time left until it is done",
            "The server remembers the path; name it in baton.server.devices instead of the former one all the same.",
            "Where the group has device files of its own, leave the path out: the server makes the file."},
        exitCodeListHeading = "Exit codes:%n",
        exitCodeList = {"0:the device is in its place and is being rebuilt", "1:it is not; nothing was changed unless "
            + "the message says so", "2:wrong usage"})
final class DevicesCommand implements Callable<Integer> {
    /** A device is forced several times, and one that turns may have much to write first. */
    private static final int TIMEOUT_MS = 120_000;
    private static final String SERVER_PREFIX = "server-";

    @Mixin
    private ConfigOptions options;

    @Mixin
    private ControlOptions control;

    // Not required by the parser, which would want them also with a command below this one.
    @Parameters(index = "0", arity = "0..1", paramLabel = "ACTION",
            description = "replace, or rejoin: take back the device that belongs in "
            + "the place, after it was missing or has been mended.")
    private String action;

    @Parameters(index = "1", arity = "0..1", paramLabel = "SERVER", description = "The storage server: 1 or server-1.")
    private String server;

    @Parameters(index = "2", arity = "0..1", paramLabel = "PLACE", description = "The device's place in the server's set, "
            + "from 1; in its set 2 from 201.")
    private Integer place;

    @Parameters(index = "3", arity = "0..1", paramLabel = "PATH", description = "replace: absolute path of the device or "
            + "file on the server's host, whose first and last 64 KiB are zero, or of the device that was missing from "
            + "the place. Default: the group's own file for the place, which is made if it isn't there.")
    private String path;

    @Option(names = "--accept-loss", description = "replace: gives up what only the former device has. Pools that can't do "
            + "without it stay open for reading what is left of them, and take no more changes.")
    private boolean acceptLoss;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws IOException {
        if (action == null || server == null || place == null) {
            throw new ParameterException(spec.commandLine(), "Name ACTION, SERVER and PLACE");
        }
        DeviceOrder order = order();
        ServerId asked = server(server, spec);
        try (RpcServices services = control.open(options.read(), TIMEOUT_MS)) {
            String device = services.storage(asked)
                    .changeDevice(ControlOptions.context(UUID.randomUUID(), 1), order);
            spec.commandLine().getOut().println(asked + ": " + device + " is in place " + place
                    + " and is being rebuilt; \"baton pools\" shows how far that is");
        }
        return ExitCodes.OK;
    }

    private DeviceOrder order() {
        switch (action) {
            case "replace":
                return new DeviceOrder(DeviceOrder.Kind.REPLACE, place, Optional.ofNullable(path), acceptLoss);
            case "rejoin":
                if (path != null || acceptLoss) {
                    throw new ParameterException(spec.commandLine(), "rejoin takes neither PATH nor --accept-loss");
                }
                return new DeviceOrder(DeviceOrder.Kind.REJOIN, place, Optional.empty(), false);
            default:
                throw new ParameterException(
                        spec.commandLine(), "\"" + action + "\" is none of replace, rejoin and add-set");
        }
    }

    /** A storage server as an operator names it. */
    static ServerId server(String server, CommandSpec spec) {
        String number = server.startsWith(SERVER_PREFIX) ? server.substring(SERVER_PREFIX.length()) : server;
        try {
            return new ServerId(Integer.parseInt(number));
        } catch (IllegalArgumentException e) {
            throw new ParameterException(spec.commandLine(), "\"" + server + "\" is no storage server like 1 or server-1", e);
        }
    }
}
