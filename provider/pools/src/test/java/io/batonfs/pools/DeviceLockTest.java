package io.batonfs.pools;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.batonfs.model.BatonException;
import io.batonfs.model.ErrorCode;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A device that is open keeps other processes away, whatever this one does beside. */
class DeviceLockTest {
    @TempDir
    private Path directory;

    /** The process that tries to get the lock, and says whether it did. */
    static final class Other {
        private Other() {
        }

        /** Called with the path. */
        public static void main(String[] args) throws IOException {
            try (FileChannel channel = FileChannel.open(Path.of(args[0]), StandardOpenOption.WRITE)) {
                System.out.print(channel.tryLock() == null ? "locked" : "free");
            }
        }
    }

    private static String asAnotherProcessFindsIt(Path path) throws Exception {
        String classPath = System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
        Process process = new ProcessBuilder(List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx64m", "-cp", classPath, Other.class.getName(), path.toString()))
                .redirectError(ProcessBuilder.Redirect.INHERIT).start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertEquals(0, process.waitFor());
        return said;
    }

    /** Closing any channel of a file gives back all locks that the process has on it (fcntl(2)). */
    @Test
    void oneThatIsNamedOnceMoreStaysLocked() throws Exception {
        Path path = directory.resolve("device");
        Path link = Files.createSymbolicLink(directory.resolve("by-id"), path);
        Path hard = directory.resolve("hard");
        try (FileBlockDevice device = FileBlockDevice.create(path, 1 << 20)) {
            Files.createLink(hard, path);
            for (Path other : List.of(path, link, hard)) {
                BatonException refused = assertThrows(BatonException.class, () -> FileBlockDevice.open(other));
                assertEquals(ErrorCode.BUSY, refused.code());
                assertTrue(refused.getMessage().contains(other + " is already open in this process"), refused.getMessage());
            }
            assertEquals("locked", asAnotherProcessFindsIt(path));
            assertEquals(1 << 20, device.sizeBytes());
        }
        assertEquals("free", asAnotherProcessFindsIt(path));
        FileBlockDevice again = FileBlockDevice.open(link);
        again.close();
        try (FileBlockDevice third = FileBlockDevice.open(path)) {
            again.close(); // the second time, which must not forget the third
            assertThrows(BatonException.class, () -> FileBlockDevice.open(hard));
            assertEquals(1 << 20, third.sizeBytes());
        }
    }

    @Test
    void oneThatCouldNotBeOpenedCanBeLater() throws Exception {
        Path path = directory.resolve("device");
        assertThrows(IOException.class, () -> FileBlockDevice.open(path));
        assertThrows(IOException.class, () -> FileBlockDevice.open(directory));
        assertThrows(IOException.class, () -> FileBlockDevice.open(directory));
        FileBlockDevice.create(path, 1 << 20).close();
        FileBlockDevice.open(path).close();
    }

    @Test
    void namesOfOneDeviceAreToldFromThoseOfOthers() throws Exception {
        Path one = Files.createFile(directory.resolve("one"));
        Path two = Files.createFile(directory.resolve("two"));
        Path link = Files.createSymbolicLink(directory.resolve("link"), one);
        assertTrue(FileBlockDevice.isSame(one, link));
        assertFalse(FileBlockDevice.isSame(two, link));
        assertThrows(IOException.class, () -> FileBlockDevice.isSame(one, directory.resolve("none")));
    }
}
