package io.batonfs.pools.profile;

import io.batonfs.pools.BlockDevice;
import java.io.IOException;
import java.nio.channels.ClosedByInterruptException;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.LongSupplier;

/**
 * Measures a device by experimental reads and writes across its block space (POOL-1). It takes round after round, each
 * with one sample of each kind in each probe zone, and the zones of a round in random order: so what else goes on
 * during a round meets all parts of the device alike and does not look like a property of a place.
 *
 * <p>Harmless to what is on the device: it writes only into ranges that {@link FreeSpace} gives it, keeps to its
 * throttle, and leaves a zone alone in which {@value #GIVE_UP_AFTER} samples of reads or of writes failed, since a
 * failing disk takes seconds for each try and maybe harm. A device that has answered and does not any more, neither in
 * {@value #DEAD_AFTER} zones one after the other nor where it answered last, ends the run, and these failures are not kept:
 * they say nothing of places.
 *
 * <p>Restartable: which places are probed follows from the profile's parameters alone, so a run takes the samples that
 * are missing in the profile that it is given, wherever an earlier one was cut short.
 *
 * <p>Stateless; each {@link #measure} runs on its caller's thread and may be interrupted.
 */
public final class DeviceProfiler {
    static final int GIVE_UP_AFTER = 2;
    static final int DEAD_AFTER = 8;
    /** What a run that is killed loses at most, in time of measuring. */
    static final long SAVE_INTERVAL_NANOS = 5_000_000_000L;

    /** Odd, and not what generators themselves step by, which would make one's numbers follow the other's. */
    private static final long MULTIPLIER = 0xD1342543DE82EF95L;

    private final LongSupplier nanoTime;
    private final Clock clock;
    private final Throttle throttle;

    /**
     * A profiler.
     *
     * @param nanoTime tells durations
     * @param clock    tells when a profile was measured
     * @param throttle keeps it from taking all of a device's time
     */
    public DeviceProfiler(LongSupplier nanoTime, Clock clock, Throttle throttle) {
        this.nanoTime = nanoTime;
        this.clock = clock;
        this.throttle = throttle;
    }

    /**
     * Takes the samples that are missing.
     *
     * @param begun    a profile with or without samples; they are added to it
     * @param device   the device that it is of
     * @param free     where it may be written to
     * @param progress keeps the profile
     * @return the complete profile
     * @throws DeviceChangedException if the device has another size than the profile says, or gets one meanwhile, or ends
     *                                to answer
     * @throws NotNowException        if some writes could not be made for now, also when they were tried again after all
     *                                else; what was measured has been saved
     * @throws InterruptedException   if this thread was interrupted; what was measured has been saved
     */
    public DeviceProfile measure(DeviceProfile begun, BlockDevice device, FreeSpace free, ProfileProgress progress)
            throws IOException, InterruptedException {
        if (device.sizeBytes() != begun.deviceSizeBytes()) {
            throw new DeviceChangedException("device " + device.name() + " has " + device.sizeBytes()
                    + " bytes and had " + begun.deviceSizeBytes() + " when measuring it began; measure it anew");
        }
        Run run = new Run(begun, new Probe(device, free, begun.parameters(), nanoTime), progress);
        try {
            run.takeAll();
        } catch (IOException | InterruptedException | RuntimeException e) {
            run.forgetFailing();
            try {
                run.save();
            } catch (IOException notSaved) {
                e.addSuppressed(notSaved);
            }
            throw e;
        }
        run.save();
        if (run.notNow != null && run.profile.missingSamples() > 0) {
            throw run.notNow;
        }
        return run.profile;
    }

    /** One call of {@link #measure}. */
    private final class Run {
        private final ProfileParameters parameters;
        private final Probe probe;
        private final ProfileProgress progress;
        private DeviceProfile profile;
        private long savedAt = nanoTime.getAsLong();
        /** Why a write was put off last; null if none was. */
        private NotNowException notNow;
        /** The samples that failed since one was sound. */
        private final List<Failed> failing = new ArrayList<>();

        /** Of their zones, what was not tried any more. */
        private final List<Failed> givenUp = new ArrayList<>();

        private record Failed(ProbeKind kind, int round, int zone) {
            void set(DeviceProfile profile, long state) {
                profile.samples().set(kind, round, zone, state);
            }

            boolean isLike(Failed other) {
                return zone == other.zone && kind.isWrite() == other.kind.isWrite();
            }
        }

        Run(DeviceProfile begun, Probe probe, ProfileProgress progress) {
            this.profile = begun;
            this.parameters = begun.parameters();
            this.probe = probe;
            this.progress = progress;
        }

        void takeAll() throws IOException, InterruptedException {
            takeMissing();
            if (notNow != null) {
                takeMissing();
            }
            if (!failing.isEmpty()) {
                checkAnswersAtAll();
            }
        }

        private void takeMissing() throws IOException, InterruptedException {
            for (int round = 0; round < parameters.rounds(); round++) {
                for (int zone : order(round)) {
                    for (ProbeKind kind : parameters.kinds()) {
                        if (profile.samples().get(kind, round, zone) == SampleTable.MISSING) {
                            take(kind, round, zone);
                        }
                    }
                }
            }
        }

        private void take(ProbeKind kind, int round, int zone) throws IOException, InterruptedException {
            if (Thread.interrupted()) {
                throw new InterruptedException("measuring was interrupted");
            }
            progress.next();
            long began = nanoTime.getAsLong();
            long state = state(kind, round, zone);
            long ended = nanoTime.getAsLong();
            profile.samples().set(kind, round, zone, state);
            checkAnswers(new Failed(kind, round, zone), state);
            profile = profile.at(clock.millis());
            if (ended - savedAt >= SAVE_INTERVAL_NANOS) {
                save();
                savedAt = ended;
            }
            throttle.restAfter(ended - began);
        }

        private void checkAnswers(Failed sample, long state) throws IOException {
            if (state > 0) {
                failing.clear();
                givenUp.clear();
            } else if (state == SampleTable.FAILED) {
                failing.add(sample);
                if (failing.stream().mapToInt(Failed::zone).distinct().count() >= DEAD_AFTER) {
                    checkAnswersAtAll();
                }
            } else if (state == SampleTable.GIVEN_UP && failing.stream().anyMatch(sample::isLike)) {
                givenUp.add(sample);
            }
        }

        private void checkAnswersAtAll() throws IOException {
            if (profile.hasAnswered() && !probe.answers()) {
                forgetFailing();
                throw new DeviceChangedException("device " + profile.identity() + " does not answer any more, not "
                        + "even where it did before; see to it, then measure on");
            }
            failing.clear();
            givenUp.clear();
        }

        /** As if they had not been tried: it is not known that they say something of places. */
        void forgetFailing() {
            hideFailing();
            failing.clear();
            givenUp.clear();
        }

        private void hideFailing() {
            failing.forEach(each -> each.set(profile, SampleTable.MISSING));
            givenUp.forEach(each -> each.set(profile, SampleTable.MISSING));
        }

        /**
         * Without failures of which it is not known yet whether they are the device's as a whole. With the interrupt put off:
         * a channel that an interrupted thread writes to is closed under it.
         */
        private void save() throws IOException {
            boolean interrupted = Thread.interrupted();
            try {
                hideFailing();
                progress.save(profile);
            } finally {
                failing.forEach(each -> each.set(profile, SampleTable.FAILED));
                givenUp.forEach(each -> each.set(profile, SampleTable.GIVEN_UP));
                if (interrupted) {
                    Thread.currentThread().interrupt();
                }
            }
        }

        private long state(ProbeKind kind, int round, int zone) throws IOException, InterruptedException {
            if (profile.samples().failures(zone, kind.isWrite()) >= GIVE_UP_AFTER) {
                return SampleTable.GIVEN_UP;
            }
            try {
                return probe.take(kind, profile.zoneStart(zone), profile.zoneStart(zone + 1),
                        new SplittableRandom(mixed((long) round << 40 | (long) zone << 8 | kind.number())));
            } catch (DeviceChangedException e) {
                throw e;
            } catch (NotNowException e) {
                notNow = e;
                return SampleTable.MISSING;
            } catch (ClosedByInterruptException e) {
                Thread.interrupted();
                throw (InterruptedException) new InterruptedException("measuring was interrupted").initCause(e);
            } catch (IOException e) {
                progress.failed(kind, profile.zoneStart(zone) / ProfileParameters.BLOCK_BYTES,
                        profile.zoneStart(zone + 1) / ProfileParameters.BLOCK_BYTES, e);
                return SampleTable.FAILED;
            }
        }

        private int[] order(int round) {
            SplittableRandom random = new SplittableRandom(mixed(~(long) round));
            int[] zones = new int[parameters.zones()];
            for (int i = 1; i < zones.length; i++) {
                int other = random.nextInt(i + 1);
                zones[i] = zones[other];
                zones[other] = i;
            }
            return zones;
        }

        private long mixed(long what) {
            return parameters.seed() + what * MULTIPLIER;
        }
    }
}
