package io.batonfs.pools;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.batonfs.model.BatonException;
import io.batonfs.model.ErrorCode;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** A set of devices in memory, of which the one in place 2 is retired by {@link #fresh}, with a model of what was written. */
abstract class RetireFixture {
    static final int DEVICE_BYTES = 1 << 20;
    static final int PLACE = 1;
    static final RebuildConfig FAST = new RebuildConfig(1L << 40, 1L << 40, Duration.ZERO);

    final Random random = new Random(31);
    final StepTimer timer = new StepTimer();
    PowerSwitch power = new PowerSwitch();
    List<RecordingBlockDevice> devices;
    RecordingBlockDevice fresh;
    PoolHistory[] calls;
    String[] names;
    StorageSet set;
    Rebuilder rebuilder;

    static int count(RaidLevel level) {
        return level == RaidLevel.RAID_6 ? 5 : level == RaidLevel.RAID_50 ? 6 : 4;
    }

    /** A set with a pool of each level. */
    void fill(RaidLevel... levels) throws IOException {
        fill(count(levels[0]), levels);
    }

    void fill(int count, RaidLevel... levels) throws IOException {
        devices = TestPools.devices(count, DEVICE_BYTES, power);
        fresh = new RecordingBlockDevice("fresh", DEVICE_BYTES, power);
        List<PoolConfig> pools = new ArrayList<>();
        calls = new PoolHistory[levels.length];
        names = new String[levels.length];
        for (int i = 0; i < levels.length; i++) {
            names[i] = "p" + i;
            calls[i] = new PoolHistory(random);
            pools.add(new PoolConfig(names[i], levels[i], 0, 1, 1, 0, 60, 32 * 1024));
        }
        StorageSet.format(new StorageSetConfig(pools), devices, TestPools.GROUP, TestPools.SERVER, random);
        set = TestPools.open(devices);
        work(60);
    }

    void work(int count) throws IOException {
        for (int i = 0; i < names.length; i++) {
            assertFalse(calls[i].run(set.pool(names[i]), count, power));
        }
    }

    /** All that was written is there, and redundancy agrees. */
    void check() throws IOException {
        for (int i = 0; i < names.length; i++) {
            ((SegmentPool) set.pool(names[i])).parts().mutations().checkpoint();
            calls[i].check((SegmentPool) set.pool(names[i]), false);
        }
    }

    void retire() throws IOException {
        retire(fresh);
    }

    void retire(BlockDevice by) throws IOException {
        set.retire(PLACE + 1, by, random);
        start();
    }

    PoolMembers members(int pool) {
        return ((SegmentPool) set.pool(names[pool])).parts().members();
    }

    /** Until the first pool is all on the new device. */
    void firstWhole() throws Exception {
        while (rebuilder.progress().get(0).state() != RebuildState.DONE) {
            assertTrue(timer.runNext(), () -> rebuilder.progress().toString());
        }
    }

    void start() {
        rebuilder = new Rebuilder(set, FAST, timer, timer.clock());
        rebuilder.start();
    }

    /** Runs steps with work between them, until a pool has all, or all pools do. */
    void steps(int most, boolean healthy) throws Exception {
        for (int i = 0; i < most && timer.runNext(); i++) {
            work(2);
            if (healthy) {
                assertNobodyIsOut();
            }
        }
    }

    /** All is brought, while somebody writes. */
    void getsThePlace() throws Exception {
        steps(Integer.MAX_VALUE, false);
        assertHasPlace("fresh");
        check();
    }

    void goesOnWithoutTheFormerOne() throws IOException {
        reopen(without(devices.get(PLACE), fresh));
        assertNobodyIsOut();
        check();
    }

    /** Until the rebuilding in a pool is under way and has brought something. */
    void halfWay(String pool) throws Exception {
        while (rebuilder.progress().stream().noneMatch(each -> each.pool().equals(pool) && each.doneBytes() > 0)) {
            assertTrue(timer.runNext(), () -> rebuilder.progress().toString());
            work(1);
        }
    }

    void assertNobodyIsOut() {
        for (PoolDevices pool : set.devices()) {
            pool.devices().forEach(device -> assertEquals(PoolDevices.State.IN, device.state(), pool::toString));
        }
        set.pools().forEach(pool -> assertEquals(0, pool.status().repairedBlocks()));
    }

    void assertHasPlace(String name) {
        for (PoolDevices pool : set.devices()) {
            assertEquals(new PoolDevices.Device(name, PoolDevices.State.IN), pool.devices().get(PLACE));
        }
    }

    void reopen(List<? extends BlockDevice> present) throws IOException {
        if (rebuilder != null) {
            rebuilder.close();
        }
        set.close();
        set = TestPools.open(present);
    }

    /** With another device in front of that of a place, from 0. */
    <T extends BlockDevice> T reopenWith(int place, T device, RecordingBlockDevice... more) throws IOException {
        List<BlockDevice> present = new ArrayList<>(with(more));
        present.set(place, device);
        reopen(present);
        return device;
    }

    List<RecordingBlockDevice> with(RecordingBlockDevice... more) {
        List<RecordingBlockDevice> all = new ArrayList<>(devices);
        all.addAll(List.of(more));
        return all;
    }

    List<RecordingBlockDevice> without(RecordingBlockDevice absent, RecordingBlockDevice... more) {
        List<RecordingBlockDevice> all = with(more);
        all.remove(absent);
        return all;
    }

    static boolean isBlank(RecordingBlockDevice device) {
        return StorageSet.isBlank(device);
    }

    interface Call {
        void run() throws IOException;
    }

    static void assertRefused(ErrorCode code, String part, Call call) {
        BatonException e = assertThrows(BatonException.class, call::run);
        assertEquals(code, e.code(), e::toString);
        assertTrue(e.getMessage().contains(part), e::getMessage);
    }

    /** Does something before each force, which may fail. */
    static final class ForceHook extends ForwardingDevice {
        Call onForce = () -> { };

        ForceHook(BlockDevice device) {
            super(device);
        }

        @Override
        public void force() throws IOException {
            onForce.run();
            device.force();
        }

        /** Fails the next force, and says well to all after it, as an operating system does. */
        void failOnce() {
            onForce = () -> {
                onForce = () -> { };
                throw new IOException("what was written is lost");
            };
        }

        @Override
        public void close() {
            // Its content outlives it.
        }
    }

    /** Takes no superblock when it is told to. */
    static final class SuperblockRefuser extends ForwardingDevice {
        boolean refuses;
        /** How many it still takes before that, in either of the two places. */
        int takes;
        boolean hasRefused;
        /** Whether it still takes those in which it is yet to have its place. */
        boolean takesSuccessors;

        SuperblockRefuser(RecordingBlockDevice device) {
            super(device);
        }

        @Override
        public void write(long offset, ByteBuffer source) throws IOException {
            if (refuses && (offset == 0 || offset >= DEVICE_BYTES - 4096) && !(takesSuccessors && isSuccessors(source))
                    && takes-- <= 0) {
                hasRefused = true;
                throw new IOException("no superblock is taken");
            }
            device.write(offset, source);
        }

        private boolean isSuccessors(ByteBuffer block) throws FormatException {
            return SuperblockFormat.decode(block.slice(), name()).isSuccessor();
        }

        @Override
        public void close() {
            // Its content outlives it.
        }
    }
}
