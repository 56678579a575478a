package io.batonfs.server.daemon;

import io.batonfs.model.BatonException;
import io.batonfs.model.ErrorCode;
import io.batonfs.pools.FormatException;
import io.batonfs.pools.profile.BlankDevice;
import io.batonfs.pools.profile.CacheUse;
import io.batonfs.pools.profile.DeviceIdentity;
import io.batonfs.pools.profile.DeviceProfile;
import io.batonfs.pools.profile.DeviceProfiler;
import io.batonfs.pools.profile.FreeSpace;
import io.batonfs.pools.profile.KernelUse;
import io.batonfs.pools.profile.PoolProposal;
import io.batonfs.pools.profile.ProbeKind;
import io.batonfs.pools.profile.ProfileParameters;
import io.batonfs.pools.profile.ProfileStore;
import io.batonfs.pools.profile.Throttle;
import io.batonfs.pools.profile.UncachedDevice;
import io.batonfs.protocol.MeasureOrder;
import io.batonfs.server.OpenParts;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Clock;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Measures devices, or shows what was measured of them. */
@Command(name = "profile", mixinStandardHelpOptions = true,
        description = {"Measures how fast devices are from their first block to their last, and shows their regions of "
            + "like speed as a table and a plot, with the pools that would suit them as a set.",
            "What was measured is kept: the same command shows it again, or goes on where it was interrupted. Devices "
                + "that a running server uses are refused, unless it is told to measure them itself (--server)."},
        footer = {"", "A device that a server uses, while it serves, and for administrators only:",
            "  baton profile --server 1 --write 3   measures what is in place 3 of server-1;",
            "                                       writes go to free rows of its pools.",
            "                                       Ctrl-C ends watching, not measuring",
            "  baton profile --server 1 --status 3  how far that is, and what is kept",
            "  baton profile --server 1 --stop 3    ends it; the first command goes on",
            "                                       there, after a restart too"},
        exitCodeListHeading = "Exit codes:%n",
        exitCodeList = {"0:measured or shown", "1:refused or failed; nothing was written to a device that was refused",
            "2:wrong usage"})
final class ProfileCommand implements Callable<Integer> {
    @Parameters(paramLabel = "DEVICE", arity = "1..*",
            description = "Block devices, or files that are used as devices; those of a set together. With --server also "
                    + "their places in the server's set, from 1.")
    private List<Path> paths;

    @ArgGroup(exclusive = true, multiplicity = "0..1")
    private Access access = new Access();

    @Option(names = "--samples", paramLabel = "N",
            description = "Samples of each kind and probe zone, 1 to 99. Default: "
                    + ProfileParameters.DEFAULT_ROUNDS + ".")
    private Integer samples;

    @Option(names = "--zones", paramLabel = "N",
            description = "Probe zones that a device is cut into, 16 to 1024, with --server to 256: regions have their borders where zones "
                    + "have them. Default: " + ProfileParameters.DEFAULT_ZONES + ".")
    private Integer zones;

    @Option(names = "--share", paramLabel = "S", defaultValue = "" + Throttle.DEFAULT_SHARE,
            description = "Part of a device's time that is taken at most, over 0 to 1, with --server to 0.5. Default: ${DEFAULT-VALUE}.")
    private double share;

    @Option(names = "--out", paramLabel = "DIR", defaultValue = "baton-profiles",
            description = "Directory in which profiles are kept. Default: ${DEFAULT-VALUE}, below the current one. Not with "
                    + "--server, which keeps them itself.")
    private Path directory;

    @Option(names = "--again", description = "Measures anew what was measured already. The old figures are forgotten when "
            + "there are new ones of the whole device.")
    private boolean again;

    @ArgGroup(exclusive = false, heading = "Devices that a server uses:%n")
    private ServedDevices served;

    @Mixin
    private ConfigOptions options;

    @Mixin
    private ControlOptions control;

    @Spec
    private CommandSpec spec;

    /** Whether writes are measured. */
    static final class Access {
        @Option(names = "--write",
                description = "Measures writes as well, with noise. With --server it is written to free rows of the "
                        + "server's pools, and nothing is lost; without, anywhere but to the first and last MiB. What is there is lost. Refused if the first or the last MiB is not zero, or the kernel "
                        + "uses the device (partitions, mounts, swap, RAID); whether anybody else has data in between "
                        + "is for you to know.")
        private boolean write;

        @Option(names = "--read-only", description = "Writes nothing to the devices. This is the default.")
        private boolean readOnly;
    }

    /** A device that is open, and what there is of its profile. */
    private record Begun(Path path, UncachedDevice device, DeviceProfile profile) {
    }

    @Override
    public Integer call() throws Exception {
        Throttle throttle;
        try {
            throttle = Throttle.ofShare(share);
        } catch (IllegalArgumentException e) {
            throw new ParameterException(spec.commandLine(), "--share: " + e.getMessage(), e);
        }
        if (served != null) {
            refuseWithServer();
            return served.call(options.read(), control, spec, paths, new MeasureOrder(MeasureOrder.Kind.START, "",
                    access.write, again, share, zones == null ? 0 : zones, samples == null ? 0 : samples));
        }
        if (paths.size() > PoolProposal.MOST_DEVICES) {
            throw new ParameterException(spec.commandLine(), "a set has at most " + PoolProposal.MOST_DEVICES
                    + " devices, not " + paths.size());
        }
        refuseSameDevice();
        ProfileStore store = new ProfileStore(directory);
        DeviceProfiler profiler = new DeviceProfiler(System::nanoTime, Clock.systemUTC(), throttle);
        PrintWriter out = spec.commandLine().getOut();
        ProfileReport report = new ProfileReport(out);
        // All are opened first: a wrong path is better told at once than after an hour of measuring another device.
        List<Begun> all = new ArrayList<>();
        try (OpenParts open = new OpenParts()) {
            for (Path path : new LinkedHashSet<>(paths)) {
                UncachedDevice device = UncachedDevice.open(path, access.write);
                open.add(device);
                all.add(begin(path, device, store));
            }
            if (access.write) {
                refuseFullFileSystems(all);
            }
            if (all.stream().anyMatch(begun -> begun.profile().missingSamples() > 0)) {
                prepare(store);
            }
            for (Begun begun : all) {
                report.add(begun.device().name(), measured(begun, profiler, store),
                        store.file(begun.profile().identity()).toString());
            }
        }
        report.proposePools();
        out.flush();
        return report.anyReadable() ? ExitCodes.OK : ExitCodes.FAILED;
    }

    private void refuseWithServer() {
        if (spec.commandLine().getParseResult().hasMatchedOption("--out")) {
            throw new ParameterException(spec.commandLine(), "--out does not go with --server: a server keeps what it "
                    + "measures in the group's directory");
        }
        boolean measures = access.write || again || zones != null || samples != null
                || spec.commandLine().getParseResult().hasMatchedOption("--share");
        if (measures && !served.measures()) {
            throw new ParameterException(spec.commandLine(), "--write, --again, --zones, --samples and --share say how to "
                    + "measure; they do not go with --status or --stop");
        }
    }

    /** Two names of one would count as two devices, or one of them as used by a server. */
    private void refuseSameDevice() throws IOException {
        Map<DeviceIdentity, Path> named = new HashMap<>();
        for (Path path : new LinkedHashSet<>(paths)) {
            // One that is not there is told when it is opened.
            Path other = Files.exists(path) ? named.putIfAbsent(DeviceIdentity.of(path), path) : null;
            if (other != null) {
                throw new BatonException(ErrorCode.INVALID_ARGUMENT, other + " and " + path + " are the same device; "
                        + "name it once");
            }
        }
    }

    /** Rather than after the first seconds of measuring. */
    private void prepare(ProfileStore store) throws IOException {
        try {
            store.prepare();
        } catch (IOException e) {
            throw new BatonException(ErrorCode.PERMISSION_DENIED, "profiles can't be kept in " + directory + ": " + e
                    + "; name another directory with --out", e);
        }
    }

    private DeviceProfile measured(Begun begun, DeviceProfiler profiler, ProfileStore store)
            throws IOException, InterruptedException {
        if (begun.profile().missingSamples() == 0) {
            return begun.profile();
        }
        // Not as it was when all were opened: measuring the others may have taken hours.
        FreeSpace free = access.write ? blank(begun.path(), begun.device()) : FreeSpace.NONE;
        return profiler.measure(begun.profile(), begun.device(), free,
                new PrintedProgress(begun.device().name(), store, spec.commandLine().getErr()));
    }

    private Begun begin(Path path, UncachedDevice device, ProfileStore store) throws IOException {
        DeviceIdentity identity = DeviceIdentity.of(path);
        Optional<DeviceProfile> kept = again ? Optional.empty() : kept(identity, store);
        if (kept.isPresent()) {
            refuseOtherParameters(device, kept.get(), store.file(identity));
        }
        DeviceProfile profile = kept.isPresent() ? kept.get() : DeviceProfile.begin(identity, device.sizeBytes(),
                device.cacheUse(), parameters(device), store.beginMs(identity, Clock.systemUTC().millis()));
        if (access.write && profile.missingSamples() > 0) {
            blank(path, device);
        }
        return new Begun(path, device, profile);
    }

    private Optional<DeviceProfile> kept(DeviceIdentity identity, ProfileStore store) throws IOException {
        try {
            return store.load(identity);
        } catch (FormatException e) {
            throw new BatonException(ErrorCode.DATA_LOST, e.getMessage() + "; measure the device anew with --again, "
                    + "which replaces the file", e);
        }
    }

    private ProfileParameters parameters(UncachedDevice device) throws IOException {
        try {
            return ProfileParameters.forDevice(device.sizeBytes(),
                    zones == null ? ProfileParameters.DEFAULT_ZONES : zones,
                    samples == null ? ProfileParameters.DEFAULT_ROUNDS : samples, access.write,
                    new SecureRandom().nextLong());
        } catch (IllegalArgumentException e) {
            throw new BatonException(ErrorCode.INVALID_ARGUMENT, "device " + device.name() + " can't be measured so: "
                    + e.getMessage() + "; correct --zones or --samples, or name a larger device", e);
        }
    }

    /** What was begun in one way can't go on in another. */
    private void refuseOtherParameters(UncachedDevice device, DeviceProfile kept, Path file) throws IOException {
        String other = null;
        boolean writes = kept.parameters().kinds().contains(ProbeKind.SEQUENTIAL_WRITE);
        if (kept.deviceSizeBytes() != device.sizeBytes()) {
            other = "of " + kept.deviceSizeBytes() + " bytes, and it has " + device.sizeBytes() + " now";
        } else if (zones != null && zones != kept.parameters().zones()) {
            other = "with " + kept.parameters().zones() + " zones";
        } else if (samples != null && samples != kept.parameters().rounds()) {
            other = "with " + kept.parameters().rounds() + " samples";
        } else if (access.write && !writes) {
            other = "without writes";
        } else if (kept.missingSamples() > 0 && writes && !access.write) {
            other = "with --write, and not finished";
        }
        if (other == null && kept.missingSamples() > 0 && kept.cache() != device.cacheUse()) {
            other = (kept.cache() == CacheUse.BYPASSED ? "past" : "through") + " the page cache, not finished, and now "
                    + "it can only be measured " + (device.cacheUse() == CacheUse.BYPASSED ? "past" : "through") + " it";
        }
        if (other != null) {
            throw new BatonException(ErrorCode.ALREADY_EXISTS, "the profile of device " + device.name() + " in " + file
                    + " was measured " + other + "; give the same options again, or measure anew with --again");
        }
    }

    private static BlankDevice blank(Path path, UncachedDevice device) throws IOException {
        return BlankDevice.of(device, () -> KernelUse.OF_THIS_MACHINE.of(path), System::nanoTime);
    }

    private static void refuseFullFileSystems(List<Begun> all) throws IOException {
        RoomToGrow room = new RoomToGrow();
        for (Begun begun : all) {
            if (begun.profile().missingSamples() > 0 && Files.isRegularFile(begun.path())) {
                room.add(Files.getFileStore(begun.path()), Math.min(begun.profile().parameters().writtenBytes(),
                        begun.device().sizeBytes()));
            }
        }
        room.check();
    }
}
