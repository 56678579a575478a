package io.batonfs.pools.profile;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.batonfs.pools.FormatException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Kept profiles: golden bytes, every byte damaged, cut short, other versions, other devices. */
class ProfileFormatTest {
    @TempDir
    private Path directory;

    private static DeviceProfile profile() {
        ProfileParameters parameters = new ProfileParameters(16, 2, 1 << 18, 8192, 9,
                EnumSet.of(ProbeKind.SEQUENTIAL_READ, ProbeKind.RANDOM_READ, ProbeKind.RANDOM_WRITE),
                0x0123456789ABCDEFL);
        DeviceProfile profile = DeviceProfile.begin(new DeviceIdentity("disk é"), 1L << 30, CacheUse.IN_BETWEEN,
                parameters, 1_700_000_000_000L).at(1_700_000_001_000L);
        profile.samples().set(ProbeKind.SEQUENTIAL_READ, 0, 0, 12_345_678);
        profile.samples().set(ProbeKind.RANDOM_READ, 0, 0, SampleTable.FAILED);
        profile.samples().set(ProbeKind.RANDOM_WRITE, 0, 0, SampleTable.NO_FREE_RANGE);
        profile.samples().set(ProbeKind.RANDOM_READ, 0, 1, SampleTable.GIVEN_UP);
        profile.samples().set(ProbeKind.RANDOM_WRITE, 1, 15, Long.MAX_VALUE);
        return profile;
    }

    @Test
    void goldenBytes() throws IOException {
        ByteBuffer bytes = ProfileFormat.encode(profile());
        assertEquals("4241544f4e505246" + "00000001" + "00000000" + "0000000040000000"
                + "0000018bcfe56800" + "0000018bcfe56be8" + "0123456789abcdef" + "00000010" + "00000002"
                + "00040000" + "00002000" + "00000009" + "0000000b" + "00000001" + "00000007" + "6469736b20c3a9"
                + "0000000000bc614e" + "ffffffffffffffff" + "0000000000000000" + "fffffffffffffffe"
                + "0000000000000000" + "fffffffffffffffd", HexFormat.of().formatHex(bytes.array(), 0, 87 + 48));
        assertEquals(87 + 16 * 2 * 4 * 8 + 4, bytes.remaining());
        assertEquals("7fffffffffffffff",
                HexFormat.of().formatHex(bytes.array(), bytes.limit() - 12, bytes.limit() - 4));
        assertEquals(profile(), ProfileFormat.decode(bytes, "p"));
    }

    @Test
    void everyByteCounts() {
        ByteBuffer sound = ProfileFormat.encode(profile());
        for (int at = 0; at < sound.limit(); at++) {
            ByteBuffer damaged = copy(sound);
            damaged.put(at, (byte) (damaged.get(at) ^ 1 << at % 8));
            FormatException refused = assertThrows(FormatException.class, () -> ProfileFormat.decode(damaged, "p"));
            assertEquals(at < 8 ? FormatException.Kind.ABSENT : FormatException.Kind.DAMAGED, refused.kind());
        }
        for (int length = 0; length < sound.limit(); length++) {
            ByteBuffer cut = copy(sound).limit(length);
            assertThrows(FormatException.class, () -> ProfileFormat.decode(cut, "p"));
        }
    }

    @Test
    void otherVersionsAreRefusedByName() {
        for (int version : new int[] {0, 2}) {
            ByteBuffer other = copy(ProfileFormat.encode(profile()));
            other.putInt(ProfileFormat.VERSION_AT, version);
            FormatException refused = assertThrows(FormatException.class,
                    () -> ProfileFormat.decode(sealed(other), "p"));
            assertEquals(version == 0 ? FormatException.Kind.TOO_OLD : FormatException.Kind.TOO_NEW, refused.kind());
        }
    }

    /** A checksum that agrees is no proof of sense. */
    @Test
    void nonsenseWithASoundChecksum() {
        int[][] nonsense = {{16, 0}, {48, 15}, {48, 1024}, {52, 0}, {52, 99}, {56, 4097}, {60, 1}, {64, 0}, {68, 0},
            {68, 2}, {72, 7}, {76, 0}, {76, -1}, {76, Integer.MAX_VALUE}, {76, 8}, {87, -5}};
        for (int[] change : nonsense) {
            ByteBuffer bytes = copy(ProfileFormat.encode(profile()));
            bytes.putInt(change[0], change[1]);
            if (change[0] == 16) {
                bytes.putLong(16, 4096);
            }
            FormatException refused = assertThrows(FormatException.class,
                    () -> ProfileFormat.decode(sealed(bytes), "the file"), "at " + change[0]);
            assertEquals(FormatException.Kind.DAMAGED, refused.kind());
            assertTrue(refused.getMessage().startsWith("the file contradicts itself"), refused.getMessage());
        }
    }

    @Test
    void storeKeepsOneFileForEachDevice() throws IOException {
        ProfileStore store = new ProfileStore(directory.resolve("a/b"));
        assertTrue(store.load(profile().identity()).isEmpty());
        store.save(profile());
        DeviceProfile other = new DeviceProfile(new DeviceIdentity("other"), 1L << 30, 1, 2, CacheUse.BYPASSED,
                profile().parameters(), profile().samples());
        store.save(other);
        DeviceProfile later = profile().at(1_800_000_000_000L);
        store.save(later);
        assertEquals(later, store.load(later.identity()).orElseThrow());
        assertEquals(other, store.load(other.identity()).orElseThrow());
        try (Stream<Path> files = Files.list(directory.resolve("a/b"))) {
            assertEquals(2, files.count());
        }
    }

    @Test
    void damagedFileAndThatOfAnotherDeviceAreRefusedByName() throws IOException {
        ProfileStore store = new ProfileStore(directory);
        store.save(profile());
        Path file = store.file(profile().identity());
        DeviceIdentity other = new DeviceIdentity("other");
        Files.copy(file, store.file(other));
        FormatException swapped = assertThrows(FormatException.class, () -> store.load(other));
        assertTrue(swapped.getMessage().contains("disk é"), swapped.getMessage());
        byte[] bytes = Files.readAllBytes(file);
        bytes[200] ^= 4;
        Files.write(file, bytes);
        FormatException damaged = assertThrows(FormatException.class, () -> store.load(profile().identity()));
        assertTrue(damaged.getMessage().contains(file.toString()), damaged.getMessage());
        store.save(profile());
        assertEquals(profile(), store.load(profile().identity()).orElseThrow());
    }

    /** What a kill in mid-save leaves is neither taken for a profile nor in the way of the next one. */
    @Test
    void leftoversOfAKilledSave() throws IOException {
        ProfileStore store = new ProfileStore(directory);
        store.save(profile());
        Path file = store.file(profile().identity());
        Path left = Files.write(file.resolveSibling(file.getFileName() + ".new"), new byte[10_000]);
        assertEquals(profile(), store.load(profile().identity()).orElseThrow());
        DeviceProfile later = profile().at(1_800_000_000_000L);
        store.save(later);
        assertEquals(later, store.load(profile().identity()).orElseThrow());
        try (Stream<Path> files = Files.list(directory)) {
            assertEquals(Set.of(file, left), files.collect(Collectors.toSet()));
        }
    }

    /** As two processes do that measure the same device by reads. */
    @Test
    void twoSaveTheSameDevicesProfileAtOnce() throws Exception {
        CyclicBarrier together = new CyclicBarrier(2);
        Callable<Void> saving = () -> {
            ProfileStore store = new ProfileStore(directory);
            for (int i = 0; i < 50; i++) {
                together.await();
                store.save(profile());
                assertEquals(profile(), store.load(profile().identity()).orElseThrow());
            }
            return null;
        };
        ExecutorService threads = Executors.newFixedThreadPool(2);
        try {
            List<Future<Void>> both = List.of(threads.submit(saving), threads.submit(saving));
            for (Future<Void> one : both) {
                one.get(1, TimeUnit.MINUTES);
            }
        } finally {
            threads.shutdownNow();
        }
        try (Stream<Path> files = Files.list(directory)) {
            assertEquals(1, files.count());
        }
    }

    private static ByteBuffer copy(ByteBuffer bytes) {
        return ByteBuffer.wrap(bytes.array().clone());
    }

    private static ByteBuffer sealed(ByteBuffer bytes) {
        int crcAt = bytes.limit() - ProfileFormat.CRC_BYTES;
        CRC32C crc = new CRC32C();
        crc.update(bytes.array(), 0, crcAt);
        return bytes.putInt(crcAt, (int) crc.getValue());
    }
}
