package io.batonfs.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.batonfs.bench.pools.AllocatorLoop;
import io.batonfs.bench.pools.CodecLoop;
import io.batonfs.bench.pools.CodecStream;
import io.batonfs.bench.pools.DeviceRebuild;
import io.batonfs.bench.pools.DiskReads;
import io.batonfs.bench.pools.PieceStore;
import io.batonfs.bench.pools.Pieces;
import io.batonfs.bench.pools.PlainFiles;
import io.batonfs.bench.pools.PoolShape;
import io.batonfs.bench.pools.PoolStore;
import io.batonfs.pools.RaidLevel;
import io.batonfs.pools.RebuildConfig;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * What the rows of pools are measured on keeps what it is given, finds out if not, and takes the bytes that it
 * should.
 */
class PoolStoresTest {
    private static final int PIECES = 3;

    @TempDir
    private Path directory;
    private final ByteBuffer block = ByteBuffer.allocateDirect(Pieces.BLOCK_BYTES);

    static Stream<PoolShape> shapes() {
        Stream<PoolShape> usual = Stream.of(RaidLevel.values()).map(PoolShape::of)
                .flatMap(shape -> shape.level() == RaidLevel.RAID_0
                        ? Stream.of(shape) : Stream.of(shape, shape.without(1)));
        return Stream.concat(usual, Stream.of(PoolShape.of(RaidLevel.RAID_6).without(2)));
    }

    private void use(PieceStore store) throws Exception {
        for (int round = 0; round < 2; round++) {
            store.write(PIECES);
            store.read(PIECES);
            for (int offset = 0; offset < Pieces.BYTES; offset += 37 * Pieces.BLOCK_BYTES) {
                store.readBlock(PIECES - 1, offset, block);
            }
            store.comeAndGo();
            store.force();
            store.clear();
        }
    }

    @ParameterizedTest
    @MethodSource("shapes")
    void poolsAndPlainFilesKeepPieces(PoolShape shape) throws Exception {
        long everything = (long) PIECES * Pieces.BYTES * shape.members() / shape.dataUnits();
        for (boolean pool : new boolean[] {true, false}) {
            try (PieceStore store = pool
                    ? new PoolStore(directory, shape, PIECES * Pieces.BYTES) : new PlainFiles(directory, shape)) {
                use(store);
                store.write(PIECES);
                // A device that is missing is not read; rows and pieces are rounded up, metadata are read, too.
                assertThat(store.readEverything()).isBetween(
                        everything * Math.min(shape.devices() - shape.missing(), shape.devices() - 1)
                                / shape.devices(), everything * 5 / 4 + (1 << 20));
            }
            assertThat(directory.toFile().list()).isEmpty();
        }
    }

    @Test
    void otherBytesAreFoundOut() throws IOException {
        try (PieceStore store = new PlainFiles(directory, PoolShape.of(RaidLevel.RAID_0))) {
            store.write(PIECES);
            Files.write(directory.resolve("file0"), new byte[PIECES * Pieces.BYTES]);
            assertThatThrownBy(() -> store.read(PIECES)).hasMessageContaining("piece 0");
            assertThatThrownBy(() -> store.readBlock(1, Pieces.BLOCK_BYTES, block)).hasMessageContaining("piece 1");
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"RAID_10", "RAID_5", "RAID_6"})
    void rebuildsAndCopiesHoldWhatWasThere(RaidLevel level) throws Exception {
        PoolShape shape = PoolShape.of(level);
        long share = (long) PIECES * Pieces.BYTES * shape.members() / shape.dataUnits() / shape.devices();
        for (boolean pool : new boolean[] {true, false}) {
            try (PieceStore store = pool ? PoolStore.full(directory, shape, PIECES * Pieces.BYTES)
                    : new PlainFiles(directory, shape)) {
                store.write(PIECES);
                for (int round = 0; round < 2; round++) {
                    store.beforeRebuild();
                    long present = present();
                    assertThat(store.rebuild()).isBetween(share * 9 / 10, share * 11 / 10 + (64 << 10));
                    store.read(PIECES);
                    // To free what was replaced is in neither's time.
                    assertThat(present()).isGreaterThanOrEqualTo(pool ? present : present + 1);
                }
                assertThat(store.files()).hasSize(shape.devices()).allMatch(Files::exists);
            }
            assertThat(directory.toFile().list()).isEmpty();
        }
    }

    private long present() {
        return directory.toFile().list().length;
    }

    @Test
    void rebuildAtARateTellsIt() throws Exception {
        PoolShape shape = PoolShape.of(RaidLevel.RAID_5);
        try (PoolStore store = PoolStore.full(directory, shape, PIECES * Pieces.BYTES)) {
            store.write(PIECES);
            store.beforeRebuild();
            store.replace();
            try (DeviceRebuild rebuild = store.rebuilding(new RebuildConfig(1 << 30, 1 << 20, Duration.ofHours(1)))) {
                rebuild.start();
                assertThat(rebuild.await()).isPositive();
                assertThat(rebuild.bytesPerSecond()).isPositive();
                assertThat(rebuild.ended()).isTrue();
                rebuild.check();
            }
            store.read(PIECES);
        }
    }

    @Test
    void whatIsForgottenComesFromTheDisk() throws Exception {
        assumeThat(Files.getFileStore(directory).type()).as("a file system with a disk").isIn("ext4", "xfs", "btrfs");
        try (PieceStore store = new PlainFiles(directory, PoolShape.of(RaidLevel.RAID_0))) {
            store.write(PIECES);
            DiskReads.forget(store.files());
            long before = DiskReads.fetchedBytes();
            store.read(PIECES);
            long fetched = DiskReads.fetchedBytes() - before;
            store.read(PIECES);
            assertThat(fetched).isGreaterThanOrEqualTo((long) PIECES * Pieces.BYTES);
            // Of what the whole process reads: others of its threads may have asked for something.
            assertThat(DiskReads.fetchedBytes() - before - fetched).as("the second time it was there")
                    .isLessThan((long) PIECES * Pieces.BYTES / 10);
        }
        assertThatThrownBy(() -> DiskReads.forget(List.of(directory.resolve("missing")))).hasMessageContaining("missing");
    }

    @Test
    void allocatorIsFullOfHoles() {
        AllocatorLoop loop = new AllocatorLoop(1000);
        for (int i = 0; i < 20; i++) {
            assertThat(loop.run(1)).isPositive();
        }
        assertThat(loop.freeRuns()).isGreaterThan(20);
        assertThat(loop.piecesOfOne()).as("some are taken in pieces").isGreaterThan(1);
    }

    @Test
    void codecsFromMemoryGiveBackWhatTheyWereGiven() {
        for (int parities = 1; parities <= 2; parities++) {
            CodecStream stream = new CodecStream(parities, 4 << 20);
            assertThat(stream.read(1)).isPositive();
            assertThat(stream.copy(1)).isPositive();
            assertThatThrownBy(stream::check).as("nothing is encoded yet").isInstanceOf(IllegalStateException.class);
            assertThat(stream.encode(1)).isPositive();
            stream.check();
            assertThat(stream.read(1)).as("the data are as they were").isPositive();
        }
    }

    @Test
    void codecsGiveBackWhatTheyWereGiven() {
        for (int parities = 1; parities <= 2; parities++) {
            CodecLoop loop = new CodecLoop(parities);
            assertThat(loop.encode(1)).isPositive();
            assertThat(loop.copy(1)).isPositive();
            loop.check();
        }
    }
}
