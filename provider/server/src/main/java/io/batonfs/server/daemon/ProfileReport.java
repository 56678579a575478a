package io.batonfs.server.daemon;

import io.batonfs.pools.PoolConfig;
import io.batonfs.pools.profile.CacheUse;
import io.batonfs.pools.profile.DeviceProfile;
import io.batonfs.pools.profile.PoolProposal;
import io.batonfs.pools.profile.ProbeKind;
import io.batonfs.pools.profile.ProfileText;
import io.batonfs.pools.profile.Region;
import io.batonfs.pools.profile.RegionFinder;
import java.io.PrintWriter;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/** What {@code baton profile} prints of complete profiles, one device after the other. Used by one thread. */
final class ProfileReport {
    private final PrintWriter out;
    private final List<PoolProposal.Device> devices = new ArrayList<>();

    ProfileReport(PrintWriter out) {
        this.out = out;
    }

    /**
     * Prints a device.
     *
     * @param keptIn where the profile is
     */
    void add(String name, DeviceProfile profile, String keptIn) {
        List<Region> regions = RegionFinder.find(profile);
        ProfileText text = new ProfileText(profile, regions);
        devices.add(new PoolProposal.Device(name, regions));
        out.println(name + " (" + profile.identity() + ")");
        out.println(profile.deviceSizeBytes() + " bytes, " + profile.parameters().zones() + " zones, "
                + profile.parameters().rounds() + " samples of each, measured until "
                + Instant.ofEpochMilli(profile.measuredMs()) + ", kept in " + keptIn);
        notes(profile).forEach(note -> out.println("Note: " + note));
        out.println();
        text.table().forEach(out::println);
        for (ProbeKind kind : profile.parameters().kinds()) {
            out.println();
            text.plot(kind).forEach(out::println);
        }
        out.println();
        out.flush();
    }

    private static List<String> notes(DeviceProfile profile) {
        List<String> notes = new ArrayList<>();
        if (profile.cache() == CacheUse.IN_BETWEEN) {
            notes.add("the file system can't do without the operating system's cache: these may be figures of memory");
        }
        for (ProbeKind kind : profile.parameters().kinds()) {
            int failed = profile.failedSamples(kind);
            if (failed > 0) {
                notes.add(failed + " samples failed of " + kind.label());
            }
            int withoutFreeRange = profile.samplesWithoutFreeRange(kind);
            if (withoutFreeRange > 0) {
                notes.add(withoutFreeRange + " samples of " + kind.label()
                        + " were not taken: nothing was free to be written to");
            }
        }
        return notes;
    }

    /** Prints the pools for a set of all devices. */
    void proposePools() {
        PoolProposal proposal = PoolProposal.of(devices);
        out.println("Pools that suit a set of "
                + (devices.size() == 1 ? "this device:" : "these " + devices.size() + " devices:"));
        int start = 0;
        for (PoolConfig pool : proposal.pools()) {
            int end = start + pool.share();
            out.println(String.format(Locale.ROOT, "  %-12s %-8s from %3d %% to %3d %% of each device", pool.name(),
                    pool.level(), start, end));
            start = end;
        }
        out.println("In short: " + proposal.pools().stream()
                .map(pool -> pool.name() + " level=" + pool.level().number() + " share=" + pool.share())
                .collect(Collectors.joining("; ")));
        proposal.notes().forEach(note -> out.println("Note: " + note));
    }

    /** Whether of any device any block can be read. */
    boolean anyReadable() {
        return devices.stream().flatMap(device -> device.regions().stream()).anyMatch(Region::isReadable);
    }
}
