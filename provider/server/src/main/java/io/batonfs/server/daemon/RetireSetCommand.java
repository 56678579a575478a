package io.batonfs.server.daemon;

import io.batonfs.model.ServerId;
import io.batonfs.protocol.RetireOrder;
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

/** Has a running server give a further set of its devices back. */
@Command(name = "retire-set", mixinStandardHelpOptions = true,
        description = {"Has a running server give back a set of devices that it was given with \"baton devices add-set\". "
            + "Nothing new comes to the set from then on; what is on it is carried to the pools of other sets that are like "
            + "its own (fast@2: fast, fast@3; if there are none, those for data without a storage policy), while clients read "
            + "and write. When nothing is left the server closes the set and makes its devices blank. A server that ends "
            + "before goes on at its next start.",
            "It is refused, and nothing is changed, if the other sets have no room for all of it and a tenth more, or survive "
                + "fewer failed devices, or if it is set 1, with which the server was formatted.",
            "The order goes over the control port in the name of whoever runs this, and is for administrators: the "
                + "superuser, and members of supergroup on the server's host."},
        footer = {"", "The cabinet with the four disks of set 2 is to go:",
            "  baton devices retire-set 1 2           begins; again: how much is left",
            "  baton pools                            shows that too, and what waits",
            "  baton devices retire-set 1 2 --cancel  the set stays; what was carried away",
            "                                         stays where it is",
            "When \"baton pools\" does not list the set any more, nobody uses its disks, and they are blank but for those that it "
                + "tells of. These are tried again by themselves, after ten minutes at the latest, and at once when the order is "
                + "given again. baton.server.retire.bandwidth.mib says how fast the set is emptied.",
            "", "One of the disks is dead, or was thrown away, and \"baton pools\" goes on to tell of it:",
            "  baton devices retire-set 1 2 --forget /dev/sdx",
            "WARNING: a disk that is forgotten keeps all that is on it: the marks of its set, by which it is refused wherever "
                + "it is to be used till its first and last MiB are zero, and what the set held of users' files, which whoever "
                + "has the disk can read. Also on one that is blank only both ends are zero: who must keep others from reading "
                + "it wipes it whole, or destroys it."},
        exitCodeListHeading = "Exit codes:%n",
        exitCodeList = {"0:the set is being given back, or stays, or the disk is forgotten, as was asked for",
            "1:it was refused, and nothing was changed, or the set is gone and some of its disks could not be made blank; "
            + "after a lost connection \"baton pools\" shows which", "2:wrong usage"})
final class RetireSetCommand implements Callable<Integer> {
    /** Devices that could not be made blank before are tried again before the answer. */
    private static final int TIMEOUT_MS = 120_000;

    @Mixin
    private ConfigOptions options;

    @Mixin
    private ControlOptions control;

    @Parameters(index = "0", paramLabel = "SERVER", description = "The storage server: 1 or server-1.")
    private String server;

    @Parameters(index = "1", paramLabel = "N", description = "The number of the set, from 2.")
    private int set;

    @Option(names = "--cancel", description = "Calls it off: the set stays, and new data go there again.")
    private boolean cancel;

    @Option(names = "--forget", paramLabel = "PATH", description = "Of a set that is gone but for disks that could not be made "
            + "blank: tries the one at PATH once more, and if it can't be made blank looks for it no more.")
    private String forget;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws IOException {
        ServerId asked = DevicesCommand.server(server, spec);
        if (cancel && forget != null) {
            throw new ParameterException(spec.commandLine(), "Name one of --cancel and --forget");
        }
        if (set < PoolName.FIRST_SET || set > PoolName.MOST_SETS) {
            throw new ParameterException(spec.commandLine(), "there is no set " + set + "; name one from "
                    + (PoolName.FIRST_SET + 1) + " to " + PoolName.MOST_SETS);
        }
        try (RpcServices services = control.open(options.read(), TIMEOUT_MS)) {
            RetireOrder.Answer answer = services.storage(asked).retireDeviceSet(ControlOptions.context(UUID.randomUUID(), 1),
                    new RetireOrder(set, cancel, Optional.ofNullable(forget)));
            spec.commandLine().getOut().println(asked + ": " + (forget != null ? forgotten(answer.changed()) : "set " + set + (cancel
                    ? answer.changed() ? " stays" : " was not being given back"
                    : " is being given back; " + answer.bytesLeft() + " bytes are still in its pools; \"baton pools\" shows "
                            + "how far that is, and disks that are not blank")));
        }
        return ExitCodes.OK;
    }

    private String forgotten(boolean changed) {
        return changed ? forget + " of set " + set + " is forgotten, and was not made blank: it keeps the marks of its set, and "
                + "what that held of users' files, which whoever has the disk can read; wipe or destroy it, and write zeros to "
                + "its first and last MiB before it is used for anything"
                : forget + " need not be forgotten: it is blank now, or somebody else's";
    }
}
