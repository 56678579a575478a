package io.batonfs.daemon;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.batonfs.crash.Pattern;
import io.batonfs.fs.BatonFileSystem;
import io.batonfs.model.BatonException;
import io.batonfs.processes.ServerProcess;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FSDataOutputStream;
import org.apache.hadoop.fs.FsStatus;
import org.apache.hadoop.fs.FileSystem;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A disk that gets full below a daemon: changes are refused by a sentence that names the place and the remedy, reading goes
 * on, nothing acknowledged is lost, and with room everything goes on by itself.
 */
class DaemonFullDiskTest {
    private static final long MIB = 1L << 20;
    private static final long RESERVE = 64 * MIB;
    private static final int LENGTH = 3_000_001;
    /** Together less than a file may have. */
    private static final int ATTRIBUTES = 6;
    private static final int BLOB_CHARACTERS = 8000;
    private static final int CATALOG_STOPPED = 3;
    private static final long MORE_THAN_ANY_DISK = 1L << 50;

    @TempDir
    private Path scratch;

    private ServerProcess server(Path group) throws IOException {
        return new ServerProcess(scratch.resolve("logs"), group);
    }

    private ServerProcess server(SmallDisk disk) throws IOException {
        return server(disk.directory().resolve("group"));
    }

    private static org.apache.hadoop.fs.Path path(String name) {
        return new org.apache.hadoop.fs.Path("/" + name);
    }

    private static void write(BatonFileSystem fs, String name, long content) throws IOException {
        Contents.write(fs, path(name), content, LENGTH);
    }

    private static void holds(BatonFileSystem fs, String name, long content) throws IOException {
        Contents.holds(fs, path(name), content, LENGTH);
    }

    /** It fails for want of space at a place, and says what to do. */
    private static void refusedFor(Path place, ThrowingCallable call) {
        assertThatThrownBy(call).isInstanceOf(IOException.class)
                .hasMessageContaining("NO_SPACE").hasMessageContaining(place.toString())
                .hasMessageContaining("free space there")
                .hasRootCauseInstanceOf(BatonException.class);
    }

    /** Likewise of data, where a storage server tells no more than that it is full. */
    private static void writeRefused(String file, ThrowingCallable call) {
        assertThatThrownBy(call).isInstanceOf(IOException.class).hasMessageContaining("NO_SPACE")
                .hasMessageContaining("writing " + file + " at server-1").hasMessageContaining("free space");
    }

    private static void isWell(ServerProcess server, BatonFileSystem fs) throws Exception {
        assertThat(server.health().body()).contains("\"healthy\"");
        assertThat(server.health().statusCode()).isEqualTo(200);
        assertThat(fs.groupStatus().problems()).isEmpty();
        FsStatus space = fs.getStatus();
        assertThat(space.getRemaining()).isPositive().isEqualTo(space.getCapacity() - space.getUsed());
    }

    private static void isShort(ServerProcess server, BatonFileSystem fs) throws Exception {
        assertThat(server.health().statusCode()).isEqualTo(200);
        assertThat(server.health().body()).contains("\"degraded\"").contains("free space there");
        assertThat(fs.groupStatus().problems()).as("no device is out").isEmpty();
        assertThat(fs.getStatus().getRemaining()).as("nothing can be written").isZero();
        assertThat(fs.getStatus().getUsed()).isPositive().isLessThan(fs.getStatus().getCapacity());
    }

    @Test
    void fileBesideFillsTheDisk() throws Exception {
        try (SmallDisk disk = SmallDisk.mount(scratch.resolve("disk"), 512);
                ServerProcess server = server(disk).with("baton.server.reserved.bytes", Long.toString(RESERVE)).start();
                BatonFileSystem fs = server.open()) {
            write(fs, "before", 1);
            write(fs, "superfluous", 2);
            BatonFileSystem unlucky = server.open();
            FSDataOutputStream meetsIt = unlucky.create(path("meets-it"));
            meetsIt.write(new byte[1000]);
            meetsIt.hflush();
            FSDataOutputStream waits = fs.create(path("waits"));
            waits.write(new Pattern(3).bytes(0, 1000));
            waits.hflush();
            FSDataOutputStream ends = fs.create(path("ends"));
            ends.write(new Pattern(4).bytes(0, 1000));
            ends.hflush();

            disk.fillTo(RESERVE * 3 / 4);
            refusedFor(disk.directory(), () -> write(fs, "after", 5));
            refusedFor(disk.directory(), () -> fs.mkdirs(path("directory")));
            refusedFor(disk.directory(), () -> fs.rename(path("before"), path("renamed")));
            meetsIt.write(new byte[1000]);
            writeRefused("/meets-it", meetsIt::hflush);
            writeRefused("/meets-it", meetsIt::close);
            unlucky.close();
            ends.close();
            Contents.holds(fs, path("ends"), 4, 1000);
            holds(fs, "before", 1);
            assertThat(fs.delete(path("superfluous"), false)).as("what frees may use the reserve").isTrue();
            assertThat(fs.listStatus(path(""))).extracting(status -> status.getPath().getName())
                    .containsExactly("before", "ends", "meets-it", "waits");
            isShort(server, fs);

            disk.fillTo(0);
            refusedFor(disk.directory(), () -> fs.delete(path("before"), false));
            holds(fs, "before", 1);
            isShort(server, fs);

            disk.free();
            waits.write(new Pattern(3).bytes(1000, 1000));
            waits.close();
            Contents.holds(fs, path("waits"), 3, 2000);
            write(fs, "after", 5);
            holds(fs, "after", 5);
            assertThat(fs.recoverLease(path("meets-it"))).isTrue();
            assertThat(fs.getFileStatus(path("meets-it")).getLen()).as("what hflush acknowledged").isEqualTo(1000);
            isWell(server, fs);

            server.restart();
            holds(fs, "before", 1);
            holds(fs, "after", 5);
            assertThat(fs.exists(path("superfluous"))).isFalse();
        }
    }

    @Test
    void batonFillsTheDiskItself() throws Exception {
        try (SmallDisk disk = SmallDisk.mount(scratch.resolve("disk"), 320);
                ServerProcess server = server(disk).with("baton.server.reserved.bytes", Long.toString(RESERVE)).start();
                BatonFileSystem fs = server.open()) {
            int written = 0;
            IOException refusal = null;
            while (refusal == null) {
                try {
                    write(fs, "file-" + written, written);
                    written++;
                } catch (IOException e) {
                    refusal = e;
                }
            }
            String said = refusal.getMessage();
            assertThat(said).contains("NO_SPACE").contains("free space");
            assertThat(said.contains(disk.directory().toString()) || said.contains("at server-1"))
                    .as("the catalog or the storage server is the first to meet it: %s", said).isTrue();
            assertThat(written).isPositive();
            assertThat(disk.usableBytes()).as("the reserve is not used up").isGreaterThan(RESERVE / 2);
            for (int i = 0; i < written; i++) {
                holds(fs, "file-" + i, i);
            }
            assertThat(fs.delete(path("file-0"), false)).isTrue();
            isShort(server, fs);

            server.restart();
            isShort(server, fs);
            for (int i = 1; i < written; i++) {
                holds(fs, "file-" + i, i);
            }
            disk.growTo(640);
            write(fs, "more", 99);
            holds(fs, "more", 99);
            isWell(server, fs);
        }
    }

    @Test
    void startsAgainOnFullDiskOrSaysWhyNot() throws Exception {
        try (SmallDisk disk = SmallDisk.mount(scratch.resolve("disk"), 320);
                ServerProcess server = server(disk).with("baton.server.reserved.bytes", Long.toString(RESERVE)).start();
                BatonFileSystem fs = server.open()) {
            write(fs, "file", 1);
            server.kill();
            disk.fillTo(0);
            ServerProcess.Refusal refusal = server.startRefused();
            assertThat(refusal.exitCode()).as(refusal.said()).isEqualTo(1);
            assertThat(refusal.said()).contains("baton server: ").contains("free space");
            disk.free();
            server.start();
            holds(fs, "file", 1);
            write(fs, "another", 2);
            holds(fs, "another", 2);
            isWell(server, fs);
        }
    }

    private static String blob(int number) {
        return Integer.toString(number, 36).repeat(BLOB_CHARACTERS).substring(0, BLOB_CHARACTERS);
    }

    /** Metadata only, so that it is the catalog that meets the end; returns how many were acknowledged. */
    private static int changeUntilRefused(BatonFileSystem fs) {
        for (int acknowledged = 0;; acknowledged++) {
            try {
                fs.setXAttr(path("file"), "user.number-" + acknowledged % ATTRIBUTES,
                        (acknowledged + "=" + blob(acknowledged)).getBytes(StandardCharsets.UTF_8));
            } catch (IOException e) {
                assertThat(e).as("what comes of a catalog that can't write")
                        .hasMessageNotContaining("INVALID_ARGUMENT").hasMessageNotContaining("LIMIT_EXCEEDED");
                return acknowledged;
            }
        }
    }

    private static void nothingAcknowledgedIsLost(BatonFileSystem fs, int acknowledged) throws IOException {
        holds(fs, "file", 1);
        assertThat(acknowledged).isGreaterThan(ATTRIBUTES);
        for (int i = acknowledged - ATTRIBUTES + 1; i < acknowledged; i++) {
            // The one that failed may have happened: it is the only one that may be in the place of the oldest.
            assertThat(new String(fs.getXAttr(path("file"), "user.number-" + i % ATTRIBUTES),
                    StandardCharsets.UTF_8)).startsWith(i + "=");
        }
    }

    private ServerProcess serverWithCatalogOn(SmallDisk disk) throws IOException {
        return server(disk).with("baton.server.devices", IntStream.range(0, 4)
                .mapToObj(i -> scratch.resolve("device-" + i).toString()).collect(Collectors.joining(",")));
    }

    private static BatonFileSystem impatient(ServerProcess server) throws IOException {
        Configuration conf = new Configuration();
        conf.set("fs.baton.client.retry.timeout.ms", "1000");
        conf.set("fs.baton.client.request.timeout.ms", "20000");
        return (BatonFileSystem) FileSystem.newInstance(server.root(), conf);
    }

    @Test
    void catalogThatMetTheEndOfItsDiskEndsTheProcess() throws Exception {
        try (SmallDisk disk = SmallDisk.mount(scratch.resolve("disk"), 160);
                ServerProcess server = serverWithCatalogOn(disk).start();
                BatonFileSystem fs = impatient(server)) {
            write(fs, "file", 1);
            disk.fillTo(0);
            int acknowledged = changeUntilRefused(fs);
            assertThat(server.exitCode()).as(server.logTail()).isEqualTo(CATALOG_STOPPED);
            disk.free();
            server.start();
            nothingAcknowledgedIsLost(fs, acknowledged);
            write(fs, "after", 2);
            holds(fs, "after", 2);
            isWell(server, fs);
        }
    }

    @Test
    void catalogThatMetTheEndOfItsDiskIsToldByHealth() throws Exception {
        try (SmallDisk disk = SmallDisk.mount(scratch.resolve("disk"), 160);
                ServerProcess server = serverWithCatalogOn(disk)
                        .with("baton.server.exit.on.failed.catalog", "false").start();
                BatonFileSystem fs = impatient(server)) {
            write(fs, "file", 1);
            disk.fillTo(0);
            int acknowledged = changeUntilRefused(fs);
            assertThat(server.health().statusCode()).as(server.health().body()).isEqualTo(503);
            assertThat(server.health().body()).contains("\"failed\"").contains("the catalog has stopped")
                    .contains("restart the daemon");
            disk.free();
            server.terminate();
            assertThat(server.exitCode()).as(server.logTail()).isZero();
            server.start();
            nothingAcknowledgedIsLost(fs, acknowledged);
            isWell(server, fs);
        }
    }

    /** Needs no right to mount: a reserve that no disk has is a disk that is too full. */
    @Test
    void diskWithLessThanTheReserveTakesNothingAndGivesEverything() throws Exception {
        Path group = scratch.resolve("group");
        try (ServerProcess server = server(group).start(); BatonFileSystem fs = server.open()) {
            write(fs, "file", 1);
            server.with("baton.server.reserved.bytes", Long.toString(MORE_THAN_ANY_DISK)).restart();
            refusedFor(group, () -> write(fs, "after", 2));
            refusedFor(group, () -> fs.mkdirs(path("directory")));
            holds(fs, "file", 1);
            isShort(server, fs);
            server.with("baton.server.reserved.bytes", "0").restart();
            write(fs, "after", 2);
            holds(fs, "after", 2);
            isWell(server, fs);
        }
    }
}
