package io.batonfs.server.daemon;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.batonfs.client.BatonClient;
import io.batonfs.model.BatonException;
import io.batonfs.pools.DeviceEnds;
import io.batonfs.pools.FileBlockDevice;
import io.batonfs.server.storage.PoolReport;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeEach;

/** A daemon that is given a further set of devices. For tests that extend it. */
abstract class SetCommands extends DeviceCommands {
    private static final int END_BYTES = 1 << 20;

    private final int fileBytes;
    private final long diskBytes;
    /** What is stored. */
    final Map<String, byte[]> files = new TreeMap<>();
    /** Blank ones for a further set. */
    final List<String> disks = new ArrayList<>();

    /** With disks that are larger than those of the first set. */
    SetCommands(int fileBytes, long diskBytes) {
        this.fileBytes = fileBytes;
        this.diskBytes = diskBytes;
    }

    @BeforeEach
    void choosePools() throws IOException {
        settings.put("baton.server.pools", "only level=10 share=100");
        for (int i = 1; i <= 4; i++) {
            disks.add(blank("disk-" + i).toString());
        }
    }

    @Override
    Path blank(String name) throws IOException {
        return blank(name, diskBytes);
    }

    Run addSet(String... more) {
        List<String> all = new ArrayList<>(List.of("devices", "add-set"));
        all.addAll(disks);
        all.addAll(List.of(more));
        return run(all.toArray(String[]::new));
    }

    static byte[] bytes(long seed, int length) {
        byte[] bytes = new byte[length];
        new Random(seed).nextBytes(bytes);
        return bytes;
    }

    void writeNext(BatonClient client) throws IOException {
        String path = "/f" + files.size();
        byte[] bytes = bytes(files.size(), fileBytes);
        write(client, path, bytes);
        files.put(path, bytes);
    }

    void assertAllRead(BatonDaemon daemon) throws IOException {
        try (BatonClient client = client(daemon)) {
            for (Map.Entry<String, byte[]> file : files.entrySet()) {
                assertArrayEquals(file.getValue(), read(client, file.getKey()), file.getKey());
            }
        }
    }

    List<PoolReport> pools() throws IOException {
        return answer().pools();
    }

    List<String> poolNames() throws IOException {
        return pools().stream().map(report -> report.pool().name()).toList();
    }

    /**
     * Whether the disks are blank, and nobody's. Looked at past the lock first: whoever has that, be it for a moment, keeps the
     * server from making the device blank for a second.
     */
    boolean areBlank() throws IOException {
        for (String disk : disks) {
            try (FileChannel file = FileChannel.open(Path.of(disk), StandardOpenOption.READ)) {
                for (long at : new long[] {0, file.size() - END_BYTES}) {
                    ByteBuffer end = ByteBuffer.allocate(END_BYTES);
                    assertEquals(END_BYTES, file.read(end, at));
                    if (end.flip().mismatch(ByteBuffer.allocate(END_BYTES)) >= 0) {
                        return false;
                    }
                }
            }
        }
        for (String disk : disks) {
            try (FileBlockDevice device = FileBlockDevice.open(Path.of(disk))) {
                assertTrue(DeviceEnds.areBlank(device));
            } catch (BatonException e) {
                return false;
            }
        }
        return true;
    }
}
