package io.batonfs.pools;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.batonfs.model.BatonException;
import io.batonfs.model.Epoch;
import io.batonfs.model.ErrorCode;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

/** Random calls on a pool beside a simple model, and the comparison of both after a crash. */
final class PoolHistory {
    private final Random random;
    private final Map<Long, ModelSegment> model = new LinkedHashMap<>();
    private long nextPage;

    PoolHistory(Random random) {
        this.random = random;
    }

    /** Runs calls until one fails because the power is off; returns whether it went off. */
    boolean run(Pool pool, int calls, PowerSwitch power) throws IOException {
        for (int i = 0; i < calls; i++) {
            try {
                call(pool);
            } catch (BatonException e) {
                if (e.code() == ErrorCode.NO_SPACE) {
                    continue;
                }
                if (!power.isOff()) {
                    throw e;
                }
                return true;
            } catch (IOException e) {
                if (!power.isOff()) {
                    throw e;
                }
                return true;
            }
        }
        // What nobody waits for may have met it, and nobody since.
        return power.isOff();
    }

    /** Compares what is found after a crash with the model, and takes it for the new truth. */
    void check(SegmentPool pool, boolean powerCut) throws IOException {
        Map<Long, SegmentInfo> found = new LinkedHashMap<>();
        pool.segments().forEach(info -> found.put(info.identity().page(), info));
        for (ModelSegment segment : model.values()) {
            SegmentInfo info = found.get(segment.page);
            boolean must = (powerCut ? segment.existenceForced : segment.exists) && !segment.freeTried;
            assertTrue(info != null || !must, () -> segment + " is gone");
            assertTrue(info == null || powerCut || !segment.freeAcknowledged, () -> segment + " was freed and is back");
            if (info != null) {
                check(pool, segment, info, powerCut);
            }
        }
        for (long page : found.keySet()) {
            assertTrue(model.containsKey(page), () -> "page " + page + " was never made");
        }
        PoolAudit.Report report = PoolAudit.run(pool);
        assertEquals(List.of(), report.lost());
        assertEquals(List.of(), report.disagreeing());
        assertEquals(List.of(), report.misplaced());
        model.values().removeIf(segment -> !found.containsKey(segment.page));
        model.replaceAll((page, segment) -> adopt(segment, found.get(page)));
    }

    private void check(Pool pool, ModelSegment segment, SegmentInfo info, boolean powerCut) throws IOException {
        int least = segment.leastLength(powerCut);
        int most = segment.mostLength(powerCut);
        assertTrue(info.lengthBytes() >= least && info.lengthBytes() <= most,
                () -> segment + ": found " + info.lengthBytes() + " bytes, not " + least + " to " + most);
        assertArrayEquals(Arrays.copyOf(segment.tried, info.lengthBytes()),
                TestPools.read(pool, info.id(), 0, info.lengthBytes()), segment.toString());
        assertTrue(!(powerCut ? segment.sealForced : segment.sealAcknowledged) || info.sealed(), "seal lost");
        assertTrue(info.sealed() ? segment.sealTried >= 0 : true, "sealed by nobody");
        assertTrue(info.writeEpoch().compareTo(segment.epoch) >= 0, "epoch lost");
    }

    private static ModelSegment adopt(ModelSegment old, SegmentInfo info) {
        ModelSegment segment = new ModelSegment(info.id(), old.page);
        segment.tried = Arrays.copyOf(old.tried, info.lengthBytes());
        segment.acknowledged = info.lengthBytes();
        segment.exists = true;
        if (info.sealed()) {
            segment.sealTried = info.lengthBytes();
            segment.sealAcknowledged = true;
        }
        segment.epoch = info.writeEpoch();
        segment.force();
        return segment;
    }

    private void call(Pool pool) throws IOException {
        List<ModelSegment> open = new ArrayList<>(model.values());
        open.removeIf(segment -> segment.freeTried);
        int choice = random.nextInt(24);
        if (open.isEmpty() || choice == 0 && open.size() < 12) {
            create(pool);
            return;
        }
        if (choice >= 22) {
            small(pool, open.size());
            return;
        }
        ModelSegment segment = open.get(random.nextInt(open.size()));
        if (choice == 1) {
            segment.freeTried = true;
            pool.free(segment.id);
            segment.freeAcknowledged = true;
        } else if (choice == 2) {
            segment.epoch = pool.segment(segment.id).writeEpoch();
            Epoch next = segment.epoch.next();
            pool.raiseEpoch(segment.id, next);
            segment.epoch = next;
            segment.force();
        } else if (choice == 3) {
            seal(pool, segment);
        } else if (choice < 7) {
            int from = random.nextInt(segment.acknowledged + 1);
            int until = from + random.nextInt(segment.acknowledged - from + 1);
            assertArrayEquals(Arrays.copyOfRange(segment.tried, from, until),
                    TestPools.read(pool, segment.id, from, until - from));
        } else if (segment.sealTried < 0) {
            append(pool, segment);
        }
    }

    /** Small files that are written at once and never again, as many as are packed together; of many, some go. */
    private void small(Pool pool, int have) throws IOException {
        List<ModelSegment> sealed = new ArrayList<>(model.values());
        sealed.removeIf(segment -> segment.freeTried || !segment.sealAcknowledged);
        for (int i = 0; i < 4 && sealed.size() > 12; i++) {
            ModelSegment gone = sealed.remove(random.nextInt(sealed.size()));
            gone.freeTried = true;
            pool.free(gone.id);
            gone.freeAcknowledged = true;
        }
        for (int i = 0; i < 3 && have + i < 24; i++) {
            long page = nextPage;
            create(pool);
            ModelSegment segment = model.get(page);
            byte[] bytes = TestPools.bytes(random, random.nextBoolean() ? 1024 : 1 + random.nextInt(9000));
            segment.tryAppend(bytes);
            try {
                TestPools.append(pool, segment.id, 0, bytes, false);
            } catch (BatonException e) {
                if (e.code() == ErrorCode.NO_SPACE) {
                    segment.tried = new byte[0];
                }
                throw e;
            }
            segment.acknowledged = bytes.length;
            segment.sealTried = bytes.length;
            pool.seal(segment.id, bytes.length, false);
            segment.sealAcknowledged = true;
        }
    }

    private void create(Pool pool) throws IOException {
        ModelSegment segment = new ModelSegment(null, nextPage++);
        model.put(segment.page, segment);
        try {
            ModelSegment made = new ModelSegment(TestPools.create(pool, segment.page), segment.page);
            made.exists = true;
            model.put(segment.page, made);
        } catch (BatonException e) {
            if (e.code() == ErrorCode.NO_SPACE) {
                model.remove(segment.page);
            }
            throw e;
        }
    }

    private void seal(Pool pool, ModelSegment segment) throws IOException {
        boolean force = random.nextBoolean();
        int length = segment.sealTried >= 0 ? segment.sealTried
                : random.nextBoolean() ? segment.acknowledged : random.nextInt(segment.acknowledged + 1);
        segment.sealTried = length;
        pool.seal(segment.id, length, force);
        segment.sealAcknowledged = true;
        segment.acknowledged = length;
        if (force) {
            segment.force();
        }
    }

    private void append(Pool pool, ModelSegment segment) throws IOException {
        int[] sizes = {0, 1 + random.nextInt(100), 1 + random.nextInt(5000), 4096, 8192, 12288, 4096 * random.nextInt(8),
                random.nextInt(40_000)};
        byte[] bytes = TestPools.bytes(random, sizes[random.nextInt(sizes.length)]);
        boolean force = random.nextInt(4) == 0;
        int offset = segment.acknowledged;
        segment.tryAppend(bytes);
        try {
            TestPools.append(pool, segment.id, offset, bytes, force);
        } catch (BatonException e) {
            if (e.code() == ErrorCode.NO_SPACE) {
                segment.tried = Arrays.copyOf(segment.tried, offset);
            }
            throw e;
        }
        segment.acknowledged += bytes.length;
        if (force) {
            segment.force();
        }
    }
}
