package io.batonfs.pools.profile;

import java.util.Objects;

/**
 * What was measured of a device (POOL-1), maybe not all of it yet.
 *
 * @param identity        which device
 * @param deviceSizeBytes bytes of the device then
 * @param startedMs       when measuring began, milliseconds since 1970
 * @param measuredMs      when the last sample was taken, milliseconds since 1970
 * @param cache           whether the page cache stood in between
 * @param parameters      what the profile is made of
 * @param samples         the samples; the profiler adds to them while it measures
 */
public record DeviceProfile(
        DeviceIdentity identity, long deviceSizeBytes, long startedMs, long measuredMs, CacheUse cache,
        ProfileParameters parameters, SampleTable samples) {

    /** Checks that it belongs together. */
    public DeviceProfile {
        Objects.requireNonNull(identity, "identity");
        Objects.requireNonNull(cache, "cache");
        if (samples.zones() != parameters.zones() || samples.rounds() != parameters.rounds()) {
            throw new IllegalArgumentException(samples + " are not samples by " + parameters);
        }
        long zoneBytes = deviceSizeBytes / parameters.zones();
        if (zoneBytes < parameters.sequentialBytes() + 2L * ProfileParameters.BLOCK_BYTES
                || zoneBytes < parameters.randomBytes()) {
            throw new IllegalArgumentException("a device of " + deviceSizeBytes + " bytes is too small for "
                    + parameters);
        }
    }

    /** A profile without samples. */
    public static DeviceProfile begin(
            DeviceIdentity identity, long deviceSizeBytes, CacheUse cache, ProfileParameters parameters, long nowMs) {
        return new DeviceProfile(identity, deviceSizeBytes, nowMs, nowMs, cache, parameters,
                new SampleTable(parameters.zones(), parameters.rounds()));
    }

    DeviceProfile at(long nowMs) {
        return new DeviceProfile(identity, deviceSizeBytes, startedMs, nowMs, cache, parameters, samples);
    }

    /** Samples that were to be taken, sound or not, done or not. */
    public int plannedSamples() {
        return parameters.zones() * parameters.rounds() * parameters.kinds().size();
    }

    /** Samples that are yet to be taken; 0 if the profile is complete. */
    public int missingSamples() {
        return parameters.kinds().stream().mapToInt(kind -> samples.count(kind, SampleTable.MISSING)).sum();
    }

    /** Samples of reads that are yet to be taken. */
    public int missingReads() {
        return parameters.kinds().stream().filter(kind -> !kind.isWrite())
                .mapToInt(kind -> samples.count(kind, SampleTable.MISSING)).sum();
    }

    /** About how many bytes the writes that are yet to be measured write. */
    public long missingWriteBytes() {
        return parameters.kinds().stream().filter(ProbeKind::isWrite)
                .mapToLong(kind -> samples.count(kind, SampleTable.MISSING) * parameters.writtenBytes(kind)).sum();
    }

    /** Whether the device has answered anything. */
    boolean hasAnswered() {
        return parameters.kinds().stream().anyMatch(kind -> samples.countTimes(kind) > 0);
    }

    /** Samples of a kind that the device answered with an error. */
    public int failedSamples(ProbeKind kind) {
        return samples.count(kind, SampleTable.FAILED);
    }

    /** Samples of a kind that were not taken because nothing was free to be written to. */
    public int samplesWithoutFreeRange(ProbeKind kind) {
        return samples.count(kind, SampleTable.NO_FREE_RANGE);
    }

    /** Whether a zone's blocks can't be read: no more than one failure may be chance. */
    boolean isUnreadable(int zone) {
        int failures = samples.failures(zone, false);
        return failures >= DeviceProfiler.GIVE_UP_AFTER || failures > 0
                && (samples.times(ProbeKind.SEQUENTIAL_READ, zone).length == 0
                || samples.times(ProbeKind.RANDOM_READ, zone).length == 0);
    }

    long zoneStart(int zone) {
        return parameters.zoneStart(deviceSizeBytes, zone);
    }

    /** Bytes a second of a zone by the median of its samples; NaN without any. */
    double bytesPerSecond(ProbeKind kind, int zone) {
        double nanos = Robust.median(samples.times(kind, zone));
        return parameters.sampleBytes(kind) * 1e9 / nanos;
    }
}
