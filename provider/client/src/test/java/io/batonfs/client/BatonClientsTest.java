package io.batonfs.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.batonfs.model.BatonException;
import io.batonfs.model.Caller;
import io.batonfs.model.ErrorCode;
import java.io.IOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BatonClientsTest {
    private static final Caller CALLER = new Caller("u", List.of(), false);

    /** Serves the empty authority if it is told to. */
    public static final class TestProvider implements GroupProvider {

        @Override
        public boolean serves(String authority, Map<String, String> settings) {
            return authority.isEmpty() && settings.containsKey("baton.test.serve");
        }

        @Override
        public GroupConnection connect(String authority, Map<String, String> settings) {
            return new FakeGroup(1, 1, 4, 4096);
        }
    }

    @Test
    void aLostProviderForTheNetworkIsNamedAsAJarThatIsNotWhole() {
        BatonException failure = Setup.fails(ErrorCode.UNSUPPORTED, () -> BatonClients.provider("host:1", Map.of(),
                new BatonClients.Found(List.of(), List.of("a.Provider is broken"))));
        for (String part : new String[] {"baton://host:1/", "none", "a.Provider is broken",
            "META-INF/services/io.batonfs.client.GroupProvider", "baton-embedded"}) {
            assertTrue(failure.getMessage().contains(part), failure.getMessage());
        }
    }

    @Test
    void noProviderAtAllNamesTheJar() {
        BatonException failure = Setup.fails(ErrorCode.UNSUPPORTED,
                () -> BatonClients.connect("", Map.of(), CALLER));
        for (String part : new String[] {"baton:///", "NetworkGroupProvider", "baton-embedded"}) {
            assertTrue(failure.getMessage().contains(part), failure.getMessage());
        }
    }

    @Test
    void providersComeFromTheThreadsLoaderAndBrokenOnesAreNamed(@TempDir Path directory) throws Exception {
        Path services = Files.createDirectories(directory.resolve("META-INF/services"));
        Files.writeString(services.resolve(GroupProvider.class.getName()),
                TestProvider.class.getName() + "\nno.such.Provider\n");
        Thread thread = Thread.currentThread();
        ClassLoader before = thread.getContextClassLoader();
        try (URLClassLoader loader = new URLClassLoader(new URL[] {directory.toUri().toURL()}, before)) {
            thread.setContextClassLoader(loader);
            Map<String, String> settings = Map.of("baton.test.serve", "true");
            try (BatonClient client = BatonClients.connect("", settings, CALLER)) {
                assertSame(CALLER, client.caller());
                assertEquals(Optional.empty(), client.status("/f"));
            }
            BatonException failure = Setup.fails(ErrorCode.UNSUPPORTED,
                    () -> BatonClients.connect("", Map.of(), CALLER));
            for (String part : new String[] {"baton:///", TestProvider.class.getName(), "no.such.Provider"}) {
                assertTrue(failure.getMessage().contains(part), failure.getMessage());
            }
        } finally {
            thread.setContextClassLoader(before);
        }
    }

    @Test
    void aWrongSettingIsRefusedBeforeAnythingIsOpened() throws IOException {
        Setup.fails(ErrorCode.INVALID_ARGUMENT,
                () -> BatonClients.connect("", Map.of("fs.baton.client.buffer.bytes", "3"), CALLER));
    }
}
