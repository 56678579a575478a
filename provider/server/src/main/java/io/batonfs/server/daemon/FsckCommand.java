package io.batonfs.server.daemon;

import io.batonfs.server.local.CheckedGroup;
import io.batonfs.server.local.GroupCheck;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Reads all that a group has, and tells and mends what is damaged. */
@Command(name = "fsck", mixinStandardHelpOptions = true,
        description = {"Reads everything that a group holds, compares it with its checksums, its redundancy and the "
            + "catalog, and tells what is damaged: the bytes, where they are, why, and which files, snapshots and tokens "
            + "have them.",
            "The server must not run; the group's lock is held meanwhile. Without --repair nothing of the group is "
                + "changed, and blocks that redundancy gives back are counted."},
        exitCodeListHeading = "Exit codes:%n",
        exitCodeList = {"0:sound", "1:something is damaged or not whole, still, or it could not be found out",
            "2:wrong usage"})
final class FsckCommand implements Callable<Integer> {
    @Mixin
    private ConfigOptions options;

    @Parameters(paramLabel = "PATH", arity = "0..*",
            description = "Tells only of damage at or below these paths. All is read all the same.")
    private List<String> paths = List.of();

    @Option(names = "--repair", description = "Writes blocks anew that redundancy gives back. Devices that are not there "
            + "or are refused count as failed from then on, as when a server is started without them.")
    private boolean repair;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws Exception {
        for (String path : paths) {
            if (!path.startsWith("/")) {
                throw new ParameterException(spec.commandLine(), "\"" + path + "\" is no path in the file system: it does "
                        + "not begin with /");
            }
        }
        CheckedGroup found = GroupCheck.run(options.read().group(), repair, paths,
                new PrintedCheckProgress(spec.commandLine().getErr()));
        CheckReport.print(found, spec.commandLine().getOut());
        return found.isSound() ? ExitCodes.OK : ExitCodes.FAILED;
    }
}
