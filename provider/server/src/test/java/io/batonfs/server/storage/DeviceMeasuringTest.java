package io.batonfs.server.storage;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.batonfs.model.BatonException;
import io.batonfs.model.Epoch;
import io.batonfs.model.ErrorCode;
import io.batonfs.model.ExtentId;
import io.batonfs.model.GroupId;
import io.batonfs.model.PageGeometry;
import io.batonfs.model.ServerId;
import io.batonfs.model.VolumeId;
import io.batonfs.pools.BlockDevice;
import io.batonfs.pools.FileBlockDevice;
import io.batonfs.pools.Pool;
import io.batonfs.pools.SegmentIdentity;
import io.batonfs.pools.StorageSet;
import io.batonfs.pools.StorageSetConfig;
import io.batonfs.pools.profile.DeviceIdentity;
import io.batonfs.pools.profile.DeviceProfile;
import io.batonfs.pools.profile.ProbeKind;
import io.batonfs.pools.profile.ProfileFormat;
import io.batonfs.protocol.DeviceMeasurement;
import io.batonfs.protocol.MeasureOrder;
import io.batonfs.transport.lwio.LwioServerConfig;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What becomes of a measurement when its device, its place or the room of its file system goes. */
@Timeout(60)
class DeviceMeasuringTest {
    private static final GroupId GROUP = new GroupId(new UUID(0x1234_4000L, 0x8000_0000_0000_0001L));
    private static final ServerId SERVER = new ServerId(1);
    private static final int SIZE = 64 << 20;
    private static final long RESERVE = 1 << 20;

    @TempDir
    private Path directory;
    private final List<Switched> devices = new ArrayList<>();
    private DeviceSets sets;
    private DeviceMeasuring measuring;
    private final AtomicLong room = new AtomicLong(1L << 40);

    /** A device of which reads beyond its superblock can be counted, held and made to fail. */
    private static final class Switched implements BlockDevice {
        private final FileBlockDevice file;
        private final AtomicInteger reads = new AtomicInteger();
        private volatile int answers = Integer.MAX_VALUE;
        private volatile boolean writable = true;
        private volatile CountDownLatch reached = new CountDownLatch(0);
        private volatile CountDownLatch held = new CountDownLatch(0);

        Switched(FileBlockDevice file) {
            this.file = file;
        }

        @Override
        public String name() {
            return file.name();
        }

        @Override
        public long sizeBytes() {
            return file.sizeBytes();
        }

        @Override
        public void read(long offset, ByteBuffer destination) throws IOException {
            if (reads.incrementAndGet() > answers) {
                throw new IOException("no answer");
            }
            reached.countDown();
            try {
                held.await();
            } catch (InterruptedException e) {
                throw new IOException(e);
            }
            file.read(offset, destination);
        }

        @Override
        public void write(long offset, ByteBuffer source) throws IOException {
            if (!writable) {
                throw new IOException("no room in its cache");
            }
            file.write(offset, source);
        }

        @Override
        public void force() throws IOException {
            file.force();
        }

        @Override
        public void close() throws IOException {
            file.close();
        }
    }

    @BeforeEach
    void open() throws IOException {
        for (int i = 0; i < 4; i++) {
            devices.add(new Switched(FileBlockDevice.create(directory.resolve("device-" + i), SIZE)));
        }
        StorageSet.format(StorageSetConfig.DEFAULT, devices, GROUP, SERVER, new Random(1));
        HostSpace space = HostSpace.of(directory, room::get, RESERVE);
        StorageServerConfig config = new StorageServerConfig(GROUP, SERVER, new PageGeometry(4096, 2),
                List.of(new StorageServerConfig.DataPort("none", "server", true)), "localhost", Optional.empty(), "pool", 2,
                LwioServerConfig.DEFAULT, PlacementSettings.OFF, MaintenanceSettings.none("test."), () -> directory,
                new Administrators("operator", "operators"));
        sets = new DeviceSets(config,
                new ServerSet(1, List.copyOf(devices), List.of(), new UnopenedPoolTest.NoPlaces()), List.of(),
                OptionalInt.empty(), space, Clock.systemUTC(), new SecureRandom(), Executors.defaultThreadFactory(), Executors.defaultThreadFactory());
        measuring = new DeviceMeasuring(SERVER, new MeasuredDevices(sets, () -> directory), space, Clock.systemUTC(), System::nanoTime, new SecureRandom(),
                () -> { }, Executors.defaultThreadFactory());
    }

    @AfterEach
    void close() throws IOException {
        try {
            measuring.close();
        } finally {
            sets.close();
        }
    }

    private DeviceMeasurement start(boolean writes, int samples) throws IOException {
        return measuring.carryOut(new MeasureOrder(MeasureOrder.Kind.START, "2", writes, false, 0.5, 16, samples));
    }

    private DeviceMeasurement show() throws IOException {
        return measuring.carryOut(MeasureOrder.of(MeasureOrder.Kind.SHOW, "2"));
    }

    private DeviceMeasurement ended() throws Exception {
        DeviceMeasurement now = show();
        while (now.state() == DeviceMeasurement.State.RUNNING) {
            TimeUnit.MILLISECONDS.sleep(2);
            now = show();
        }
        return now;
    }

    private static DeviceProfile profile(DeviceMeasurement of) throws IOException {
        return ProfileFormat.decode(ByteBuffer.wrap(of.profile()), "the answer");
    }

    @Test
    void aDeviceThatDiesIsToldAndMeasuredOnWhenItIsBack() throws Exception {
        Switched device = devices.get(1);
        device.answers = device.reads.get() + 100;
        start(false, 3);
        DeviceMeasurement failed = ended();
        assertEquals(DeviceMeasurement.State.FAILED, failed.state(), failed.reason());
        assertTrue(failed.reason().contains("does not answer any more"), failed.reason());
        device.answers = Integer.MAX_VALUE;
        start(false, 3);
        DeviceMeasurement done = ended();
        assertEquals(DeviceMeasurement.State.DONE, done.state(), done.reason());
        assertEquals(0, profile(done).failedSamples(ProbeKind.RANDOM_READ)
                + profile(done).failedSamples(ProbeKind.SEQUENTIAL_READ));
    }

    /** What is at its path now is another one, of whose speed nothing would be known. */
    @Test
    void aDiskThatWasChangedInItsSlotIsNotTakenForTheOneInUse() throws Exception {
        Path slot = directory.resolve("slot");
        try (FileBlockDevice device = FileBlockDevice.create(slot, SIZE)) {
            assertEquals(DeviceIdentity.of(slot), MeasuredDevices.identity(device));
            Files.move(slot, directory.resolve("taken-out"));
            FileBlockDevice.create(slot, SIZE).close();
            IOException refused = assertThrows(IOException.class, () -> MeasuredDevices.identity(device));
            assertTrue(refused.getMessage().contains("was replaced while in use"), refused.getMessage());
        }
    }

    private void holdNextRead() {
        devices.get(1).held = new CountDownLatch(1);
        devices.get(1).reached = new CountDownLatch(1);
    }

    @Test
    void aDeviceThatLosesItsPlaceIsNotMeasuredOn() throws Exception {
        holdNextRead();
        start(false, 3);
        assertTrue(devices.get(1).reached.await(20, TimeUnit.SECONDS));
        sets.first().devices().replace(2, new Switched(FileBlockDevice.create(directory.resolve("other"), SIZE)), false, new Random(2));
        int before = devices.get(1).reads.get();
        assertEquals(DeviceMeasurement.State.NOT_MEASURED, show().state(), "of the other");
        devices.get(1).held.countDown();
        BatonException busy = null;
        do {
            try {
                start(false, 1);
                busy = null;
            } catch (BatonException e) {
                assertEquals(ErrorCode.BUSY, e.code());
                busy = e;
                Thread.onSpinWait();
            }
        } while (busy != null);
        assertTrue(devices.get(1).reads.get() <= before + 20, "no more than the sample that was under way");
        assertEquals(DeviceMeasurement.State.DONE, ended().state());
    }

    /** By a write of somebody else's: reads would still be answered, and say nothing that anybody needs. */
    @Test
    void aDeviceThatIsOutOfAllPoolsIsNotMeasuredOn() throws Exception {
        holdNextRead();
        start(false, 3);
        assertTrue(devices.get(1).reached.await(20, TimeUnit.SECONDS));
        devices.get(1).writable = false;
        for (Pool pool : sets.first().devices().pools()) {
            pool.create(new SegmentIdentity(GROUP, VolumeId.of(0, 1), 0, ExtentId.of(0, 1)), Epoch.FIRST);
        }
        int before = devices.get(1).reads.get();
        devices.get(1).held.countDown();
        DeviceMeasurement failed = ended();
        assertEquals(DeviceMeasurement.State.FAILED, failed.state(), failed.reason());
        assertTrue(failed.reason().contains("has failed while it was measured"), failed.reason());
        assertTrue(devices.get(1).reads.get() <= before + 20, "no more than the sample that was under way");
        BatonException refused = assertThrows(BatonException.class,
                () -> measuring.carryOut(new MeasureOrder(MeasureOrder.Kind.START, "2", true, true, 0.5, 16, 3)));
        assertEquals(ErrorCode.BUSY, refused.code());
        assertTrue(refused.getMessage().contains("is out of all pools that are open"), refused.getMessage());
    }

    /** It would be of two sorts, and nobody could tell which. */
    @Test
    void whatWasBegunInOneWayDoesNotGoOnInAnother() throws Exception {
        start(false, 2);
        assertEquals(DeviceMeasurement.State.DONE, ended().state());
        assertOther("with 16 zones", false, 17, 2);
        assertOther("with 2 samples", false, 16, 3);
        assertOther("without writes", true, 16, 2);
        assertEquals(DeviceMeasurement.State.DONE, start(false, 0).state(), "by default as it was");
        holdNextRead();
        measuring.carryOut(new MeasureOrder(MeasureOrder.Kind.START, "2", true, true, 0.5, 16, 1));
        assertTrue(devices.get(1).reached.await(20, TimeUnit.SECONDS));
        measuring.carryOut(MeasureOrder.of(MeasureOrder.Kind.STOP, "2"));
        devices.get(1).held.countDown();
        assertEquals(DeviceMeasurement.State.STOPPED, ended().state());
        assertOther("with writes, and not finished", false, 16, 1);
        start(true, 1);
        assertEquals(DeviceMeasurement.State.DONE, ended().state());
        assertEquals(DeviceMeasurement.State.DONE, start(false, 1).state(), "what was asked for is there, and more");
    }

    private void assertOther(String what, boolean writes, int zones, int samples) {
        BatonException refused = assertThrows(BatonException.class, () -> measuring.carryOut(
                new MeasureOrder(MeasureOrder.Kind.START, "2", writes, false, 0.5, zones, samples)));
        assertEquals(ErrorCode.ALREADY_EXISTS, refused.code());
        assertTrue(refused.getMessage().contains("was measured " + what + ";"), refused.getMessage());
        assertTrue(refused.getMessage().contains("--again"), refused.getMessage());
    }

    @Test
    void aShareThatTakesTheDeviceFromClientsOrNothingIsRefused() {
        for (double share : new double[] {0, -0.1, DeviceMeasuring.MOST_SHARE + 0.01, Double.NaN}) {
            BatonException refused = assertThrows(BatonException.class, () -> measuring.carryOut(
                    new MeasureOrder(MeasureOrder.Kind.START, "2", false, false, share, 16, 1)));
            assertEquals(ErrorCode.INVALID_ARGUMENT, refused.code());
        }
    }

    @Test
    void aStartWhileItIsBeingStoppedIsRefused() throws Exception {
        holdNextRead();
        start(false, 3);
        assertTrue(devices.get(1).reached.await(20, TimeUnit.SECONDS));
        measuring.carryOut(MeasureOrder.of(MeasureOrder.Kind.STOP, "2"));
        BatonException refused = assertThrows(BatonException.class, () -> start(false, 3));
        assertEquals(ErrorCode.BUSY, refused.code());
        assertTrue(refused.getMessage().contains("try again in a moment"), refused.getMessage());
        devices.get(1).held.countDown();
        assertEquals(DeviceMeasurement.State.STOPPED, ended().state());
        start(false, 3);
        assertEquals(DeviceMeasurement.State.DONE, ended().state());
    }

    @Test
    void writesThatWouldTakeTheRoomOfClientsAreRefused() throws Exception {
        room.set(2 * RESERVE + 1000);
        BatonException refused = assertThrows(BatonException.class, () -> start(true, 1));
        assertEquals(ErrorCode.NO_SPACE, refused.code());
        assertTrue(refused.getMessage().contains("or measure it without --write"), refused.getMessage());
        start(false, 1);
        assertEquals(DeviceMeasurement.State.DONE, ended().state());
    }

    /** Others may take what was there at the beginning. What can't be written then is not written down as final. */
    @Test
    void whileRoomIsScarceNothingIsWrittenAndLaterTheRestIs() throws Exception {
        holdNextRead();
        start(true, 1);
        assertTrue(devices.get(1).reached.await(20, TimeUnit.SECONDS));
        room.set(2 * RESERVE - 1);
        devices.get(1).held.countDown();
        DeviceMeasurement stopped = ended();
        assertEquals(DeviceMeasurement.State.STOPPED, stopped.state());
        assertTrue(stopped.reason().contains("bytes left"), stopped.reason());
        assertEquals(32, profile(stopped).missingSamples());
        assertEquals(0, profile(stopped).missingReads());
        room.set(1L << 40);
        start(true, 1);
        DeviceMeasurement done = ended();
        assertEquals(DeviceMeasurement.State.DONE, done.state(), done.reason());
        assertTrue(profile(done).samplesWithoutFreeRange(ProbeKind.RANDOM_WRITE) < 4);
    }
}
