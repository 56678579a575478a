package io.batonfs.transport.lwio;

import io.batonfs.model.ResumeKey;
import io.batonfs.transport.simulation.SeededScheduler;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * The files behind a simulated server, which know what its clients have sent: every WRITE has to be the next that its
 * client submitted on that Fid, byte for byte, once. So at the end of a connection what has happened is a beginning of
 * what was submitted. Takes its time, and sometimes fails. One thread.
 */
final class SimulatedFiles implements FileProvider {
    private static final int FAILS_ONE_IN = 50;
    private static final int SLOW_ONE_IN = 100;
    private static final long MAX_NANOS = 50_000;
    private static final long MAX_SLOW_NANOS = 3_000_000;

    private final SeededScheduler scheduler;
    private final SplittableRandom random;
    private final Consumer<String> violations;
    private final Map<Long, Registration> registrations = new HashMap<>();
    private long keys;
    private int open;
    private boolean holding;
    /** WRITEs that are not completed before {@link #release}. */
    private final List<Runnable> held = new ArrayList<>();

    SimulatedFiles(SeededScheduler scheduler, SplittableRandom random, Consumer<String> violations) {
        this.scheduler = scheduler;
        this.random = random;
        this.violations = violations;
    }

    /** A WRITE as its client submitted it. */
    static final class Submitted {
        final long offset;
        final byte[] bytes;
        /** What the file did with it; null as long as it has not been seen. */
        LwioStatus outcome;

        Submitted(long offset, byte[] bytes) {
            this.offset = offset;
            this.bytes = bytes;
        }
    }

    /** What one client may do with one file by one Fid. */
    static final class Registration {
        final ResumeKey key;
        final ModelFile file;
        final boolean checksummed;
        /** Not seen by the file yet. */
        final ArrayDeque<Submitted> submitted = new ArrayDeque<>();
        /** What the client got. */
        int fid;
        /** Whether its client has cancelled something; what waited then may end as cancelled. */
        boolean cancelled;

        Registration(ResumeKey key, ModelFile file, boolean checksummed) {
            this.key = key;
            this.file = file;
            this.checksummed = checksummed;
        }
    }

    /** The right to register a file once. */
    Registration grant(ModelFile file, boolean checksummed) {
        Registration granted = new Registration(new ResumeKey(++keys, 0, 0), file, checksummed);
        registrations.put(keys, granted);
        return granted;
    }

    /** Files registered and not closed. */
    int open() {
        return open;
    }

    /** From now on WRITEs stay under way. */
    void hold() {
        holding = true;
    }

    int held() {
        return held.size();
    }

    /** They are completed. */
    void release() {
        holding = false;
        held.forEach(scheduler::execute);
        held.clear();
    }

    @Override
    public RegisteredFile register(ResumeKey key, long sessionId, boolean writeThrough, boolean checksummed)
            throws LwioException {
        Registration granted = registrations.remove(key.key());
        if (granted == null || granted.checksummed != checksummed) {
            violations.accept("REGISTER of a key that was not granted, or a second time: " + key);
            throw new LwioException(LwioStatus.ACCESS_DENIED, "not granted");
        }
        open++;
        return new OpenFile(granted);
    }

    static int[] crcs(byte[] bytes, long offset) {
        byte[] shifted = new byte[(int) (offset % ChecksumPieces.BLOCK_BYTES) + bytes.length];
        int at = shifted.length - bytes.length;
        System.arraycopy(bytes, 0, shifted, at, bytes.length);
        return MemoryFiles.crcs(shifted, at, bytes.length);
    }

    private final class OpenFile implements RegisteredFile {
        private final Registration granted;
        private int underWay;
        private boolean closed;

        OpenFile(Registration granted) {
            this.granted = granted;
        }

        private void begin() {
            underWay++;
            if (closed) {
                violations.accept("I/O on a closed file");
            }
        }

        /** Soon, sometimes at once, sometimes late. */
        private void later(Runnable end) {
            Runnable ends = () -> {
                underWay--;
                end.run();
            };
            switch (random.nextInt(4)) {
                case 0 -> ends.run();
                case 1 -> scheduler.execute(ends);
                default -> scheduler.schedule(ends, random.nextInt(SLOW_ONE_IN) == 0
                        ? random.nextLong(MAX_SLOW_NANOS) : random.nextLong(MAX_NANOS), TimeUnit.NANOSECONDS);
            }
        }

        @Override
        public void read(long offset, ByteBuffer destination, int[] pieceCrcs, IoResult result) {
            begin();
            boolean fails = random.nextInt(FAILS_ONE_IN) == 0;
            later(() -> {
                if (fails) {
                    result.complete(LwioStatus.DATA_ERROR, 0);
                    return;
                }
                byte[] bytes = granted.file.read(offset, destination.remaining());
                destination.put(bytes);
                if (granted.checksummed) {
                    int[] crcs = crcs(bytes, offset);
                    System.arraycopy(crcs, 0, pieceCrcs, 0, crcs.length);
                }
                result.complete(LwioStatus.SUCCESS, bytes.length);
            });
        }

        @Override
        public void write(long offset, ByteBuffer source, int[] pieceCrcs, IoResult result) {
            begin();
            byte[] bytes = new byte[source.remaining()];
            source.get(source.position(), bytes);
            Submitted next = granted.submitted.pollFirst();
            if (next == null || next.offset != offset || !Arrays.equals(next.bytes, bytes)) {
                violations.accept("a WRITE of " + bytes.length + " bytes at " + offset + " is not the next submitted");
                result.complete(LwioStatus.DATA_ERROR, 0);
                return;
            }
            if (granted.checksummed) {
                int[] crcs = crcs(bytes, offset);
                if (!Arrays.equals(crcs, Arrays.copyOf(pieceCrcs, crcs.length))) {
                    violations.accept("the checksums of a WRITE are not those of its bytes");
                }
            }
            next.outcome = random.nextInt(FAILS_ONE_IN) == 0 ? LwioStatus.DISK_FULL : LwioStatus.SUCCESS;
            if (next.outcome == LwioStatus.SUCCESS) {
                granted.file.write(offset, bytes);
            }
            Runnable end = () -> {
                byte[] now = new byte[bytes.length];
                source.get(source.position(), now);
                if (!Arrays.equals(now, bytes)) {
                    violations.accept("the buffer of a WRITE was changed before its completion");
                }
                result.complete(next.outcome, next.outcome == LwioStatus.SUCCESS ? bytes.length : 0);
            };
            if (holding) {
                held.add(() -> {
                    underWay--;
                    end.run();
                });
            } else {
                later(end);
            }
        }

        @Override
        public void close() {
            if (closed || underWay > 0) {
                violations.accept("a file was closed twice, or with " + underWay + " I/Os under way");
            }
            closed = true;
            open--;
        }
    }
}
