package io.batonfs.server.daemon;

import io.batonfs.model.BatonException;
import io.batonfs.model.ErrorCode;
import io.batonfs.protocol.ScrubOrder;
import io.batonfs.protocol.rpc.CheckServices;
import io.batonfs.protocol.rpc.RpcServices;
import io.batonfs.server.local.CheckStop;
import io.batonfs.server.local.CheckedGroup;
import io.batonfs.server.local.GroupCheck;
import io.batonfs.server.local.LocalGroupConfig;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
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
                + "changed, and blocks that redundancy gives back are counted.",
            "With --running the server of a group that runs is asked instead what is known to be damaged, in the name of "
                + "whoever runs this; that is for administrators: the superuser, and members of supergroup on the server's "
                + "host. No block is read for that, but with --scrub; \"baton scrub\" shows what scrubbing does by itself."},
        footer = {"", "\"baton pools\" or \"baton scrub\" of a running group speaks of lost bytes:",
            "  baton fsck --running            which files, snapshots and tokens have them",
            "  baton fsck --running --scrub    has all blocks read first: perhaps hours",
            "  baton fsck --running /data      what of it is at or below /data"},
        exitCodeListHeading = "Exit codes:%n",
        exitCodeList = {"0:sound; with --repair, by now", "1:something is damaged or not whole, with --repair still, or it "
            + "could not be found out", "2:wrong usage",
            "130:ended by SIGINT before all was read; a pass of scrubbing goes on",
            "143:ended by SIGTERM before all was read; a pass of scrubbing goes on"})
final class FsckCommand implements Callable<Integer> {
    private static final Logger LOG = LoggerFactory.getLogger(FsckCommand.class);
    /** Between two parts of its work, which take no second but where tables are read for paths. */
    private static final long MOST_MS_TO_END = 10_000;
    /** After that, until its last word is printed. */
    private static final long MOST_MS_TO_TELL = 1_000;

    /** Calls are answered at once; the server may have much else to do. */
    private static final int TIMEOUT_MS = 30_000;

    @Mixin
    private ConfigOptions options;

    @Parameters(paramLabel = "PATH", arity = "0..*",
            description = "Tells only of damage at or below these paths. All is read all the same.")
    private List<String> paths = List.of();

    @Option(names = "--repair", description = "Writes blocks anew that redundancy gives back. Devices that are not there "
            + "or are refused count as failed from then on, as when a server is started without them.")
    private boolean repair;

    @Option(names = "--accept-loss", description = "With --repair: gives up what older copies of devices lack, as after images "
            + "were put back, where a pool can't spare them; it takes changes again then, and the right devices are of no use "
            + "any more. Without it such a pool is read, and not changed.")
    private boolean acceptLoss;

    @Option(names = "--running", description = "Asks the server of a group that runs. Implied by --control.")
    private boolean running;

    @Option(names = "--scrub", description = "With --running: has scrubbing read all blocks first, or waits for the pass that "
            + "is under way. Whoever ends the waiting, as with Ctrl-C, does not end the pass.")
    private boolean scrub;

    @Mixin
    private ControlOptions control;

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
        if (acceptLoss && !repair) {
            throw new ParameterException(spec.commandLine(), "--accept-loss goes with --repair");
        }
        boolean ofRunning = running || control.isGiven();
        if (ofRunning && repair) {
            throw new ParameterException(spec.commandLine(), "--repair does not go with --running: the server mends what it "
                    + "meets; stop it first, or have it scrub with --scrub");
        }
        if (scrub && !ofRunning) {
            throw new ParameterException(spec.commandLine(), "--scrub goes with --running: without it all is read anyway");
        }
        return ofRunning ? checkRunning() : checkStopped();
    }

    private int checkRunning() throws IOException, InterruptedException {
        DaemonConfig config = options.read();
        try (RpcServices services = control.open(config, TIMEOUT_MS);
                CheckServices checks = control.openChecks(config, TIMEOUT_MS)) {
            RunningFsck check = new RunningFsck((server, context) -> services.storage(server).scrub(context, ScrubOrder.START),
                    checks.checks(), spec.commandLine().getOut(), spec.commandLine().getErr());
            List<String> early = scrub ? check.scrub() : List.of();
            return check.check(paths, early) ? ExitCodes.OK : ExitCodes.FAILED;
        }
    }

    private int checkStopped() throws Exception {
        LocalGroupConfig group = options.read().group();
        CheckStop stop = new CheckStop();
        CountDownLatch told = new CountDownLatch(1);
        PrintWriter err = spec.commandLine().getErr();
        Thread end = new Thread(() -> {
            err.println("ending, which may take some seconds");
            err.flush();
            abandon(group, stop, told);
        }, "baton-fsck-end");
        Runtime.getRuntime().addShutdownHook(end);
        try {
            CheckedGroup found = GroupCheck.run(group, repair, acceptLoss, paths, new PrintedCheckProgress(err), stop);
            CheckReport.print(found, spec.commandLine().getOut());
            return found.isSound() ? ExitCodes.OK : ExitCodes.FAILED;
        } catch (BatonException e) {
            if (e.code() != ErrorCode.BUSY) {
                throw e;
            }
            throw new BatonException(ErrorCode.BUSY, e.getMessage() + ". Where it is a server that has it open, \"baton fsck"
                    + " --running\" asks that what is known to be damaged", e);
        } catch (CancellationException e) {
            err.println(spec.qualifiedName() + ": " + e.getMessage());
            err.flush();
            return ExitCodes.FAILED;
        } finally {
            forget(end);
            told.countDown();
        }
    }

    /** When the process is told to end: its copy of the catalog does not stay in the group's directory. */
    private static void abandon(LocalGroupConfig group, CheckStop stop, CountDownLatch told) {
        try {
            GroupCheck.abandon(group, stop, MOST_MS_TO_END);
            if (!told.await(MOST_MS_TO_TELL, TimeUnit.MILLISECONDS)) {
                LOG.warn("The check has not ended; the process ends all the same");
            }
        } catch (IOException e) {
            LOG.warn("What the check has put into {} could not be deleted; the group's next start does it",
                    group.directory(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** What was to be done when the process ends need not be done any more. */
    static void forget(Thread end) {
        try {
            Runtime.getRuntime().removeShutdownHook(end);
        } catch (IllegalStateException e) {
            LOG.debug("The process is ending, and what it does then runs already", e);
        }
    }
}
