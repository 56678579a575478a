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

/** Puts devices in the places of others, takes devices back, and keeps spares; orders of other kinds are commands below it. */
@Command(name = "devices", mixinStandardHelpOptions = true,
        subcommands = {ListDevicesCommand.class, AddSetCommand.class, RetireSetCommand.class, RetireCommand.class},
        description = {"Puts a blank device in the place of one that is missing, has failed or is to go, takes a device "
            + "back that was missing or out, or keeps a blank one as a spare, which the server puts in the place of the "
            + "next device that fails. The server then rebuilds it while it serves; \"baton pools\" shows how far "
            + "that is. Until it is done nothing is read from the device, and a pool survives no more than without it.",
            "A device that is well is better retired, with the command of that name: it serves until the other one has all.",
            "The order goes over the control port in the name of whoever runs this, and is for administrators: the "
                + "superuser, and members of supergroup on the server's host."},
        footer = {"", "A disk has failed:",
            "  baton devices list                  shows \"missing\", \"out\", and the place",
            "  (put in a new disk, at least as large as the pools need; if it is not blank,",
            "   wipefs -a /dev/sdx)",
            "  baton devices replace 1 3 /dev/sdx  puts it in place 3 of server-1",
            "  baton pools                         shows percent, rate and time left",
            "The server remembers the path; name it in baton.server.devices instead of the former one all the same.",
            "Where the group has device files of its own, leave the path out: the server makes the file.",
            "", "So that the server does that by itself:",
            "  baton devices add 1 --spare /dev/sdy     keeps a blank device for it",
            "  baton devices remove 1 --spare /dev/sdy  makes it blank again, and free"},
        exitCodeListHeading = "Exit codes:%n",
        exitCodeList = {"0:the device is in its place and is being rebuilt, or is a spare or none any more",
            "1:it is not; nothing was changed unless "
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
            description = "replace; rejoin: take back the device that belongs in "
            + "the place, after it was missing or has been mended; add or remove, a spare.")
    private String action;

    @Parameters(index = "1", arity = "0..1", paramLabel = "SERVER", description = "The storage server: 1 or server-1.")
    private String server;

    @Parameters(index = "2", arity = "0..1", paramLabel = "PLACE", description = "replace, rejoin: the device's place in the "
            + "server's set, from 1; in its set 2 from 201.")
    private Integer place;

    @Parameters(index = "3", arity = "0..1", paramLabel = "PATH", description = "replace: absolute path of the device or "
            + "file on the server's host, whose first and last 64 KiB are zero, or of the device that was missing from "
            + "the place. Default: the group's own file for the place, which is made if it isn't there.")
    private String path;

    @Option(names = "--accept-loss", description = "replace: gives up what only the former device has. Pools that can't do "
            + "without it stay open for reading what is left of them, and take no more changes.")
    private boolean acceptLoss;

    @Option(names = "--spare", paramLabel = "PATH", description = "add, remove: absolute path of the device or file on the "
            + "server's host. One to be added is at least as large as the pools need, and its first and last 64 KiB are zero.")
    private String spare;

    @Option(names = "--set", paramLabel = "SET", defaultValue = "1", description = "add, remove: the set of the server's "
            + "devices that the spare is for, as its number; default: 1, which the server was formatted with.")
    private int set;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws IOException {
        if (action == null || server == null) {
            throw new ParameterException(spec.commandLine(), "Name ACTION and SERVER; \"baton devices list\" shows the servers' devices");
        }
        DeviceOrder order = order();
        ServerId asked = server(server, spec);
        try (RpcServices services = control.open(options.read(), TIMEOUT_MS)) {
            String device = services.storage(asked)
                    .changeDevice(ControlOptions.context(UUID.randomUUID(), 1), order);
            spec.commandLine().getOut().println(asked + ": " + device + switch (order.kind()) {
                case REPLACE, REJOIN -> " is in place " + place
                        + " and is being rebuilt; \"baton pools\" shows how far that is";
                case ADD_SPARE -> " is a spare" + (set == PoolName.FIRST_SET ? "" : " of set " + set);
                case REMOVE_SPARE -> " is no spare any more";
                case RETIRE, KEEP -> throw new IllegalStateException(order.kind() + " is for the command of its own");
            });
        }
        return ExitCodes.OK;
    }

    private DeviceOrder order() {
        switch (action) {
            case "replace":
                return new DeviceOrder(DeviceOrder.Kind.REPLACE, place(), Optional.ofNullable(path), acceptLoss);
            case "rejoin":
                if (path != null || acceptLoss) {
                    throw new ParameterException(spec.commandLine(), "rejoin takes neither PATH nor --accept-loss");
                }
                return new DeviceOrder(DeviceOrder.Kind.REJOIN, place(), Optional.empty(), false);
            case "add":
                return ofSpare(DeviceOrder.Kind.ADD_SPARE);
            case "remove":
                return ofSpare(DeviceOrder.Kind.REMOVE_SPARE);
            default:
                throw new ParameterException(
                        spec.commandLine(), "\"" + action + "\" is none of list, replace, rejoin, retire, add, remove, "
                        + "add-set and retire-set");
        }
    }

    private int place() {
        if (place == null || spare != null || set != PoolName.FIRST_SET) {
            throw new ParameterException(spec.commandLine(), action + " takes a PLACE, and neither --spare nor --set");
        }
        return place;
    }

    private DeviceOrder ofSpare(DeviceOrder.Kind kind) {
        if (spare == null || place != null || path != null || acceptLoss) {
            throw new ParameterException(spec.commandLine(), action + " takes --spare PATH, and nothing else but --set");
        }
        if (set < PoolName.FIRST_SET || set > PoolName.MOST_SETS) {
            throw new ParameterException(spec.commandLine(), "there is no set " + set + "; name one from "
                    + PoolName.FIRST_SET + " to " + PoolName.MOST_SETS);
        }
        return new DeviceOrder(kind, PoolName.placeInServer(set, 0), Optional.of(spare), false);
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
