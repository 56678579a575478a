package io.batonfs.clientjar;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.hadoop.util.VersionInfo;
import org.junit.jupiter.api.Test;

/** What is in the client jar, and what is not. */
class ClientJarTest {
    /** 3 MB: it has 2.9, of which 1.8 are Caffeine and the messages of the RPC; RocksDB or Ratis would add 20 and more. */
    private static final long LARGEST_BYTES = 3_000_000;

    private static final List<String> ALLOWED = List.of(
            "io/batonfs/fs/", "io/batonfs/client/", "io/batonfs/protocol/", "io/batonfs/tokens/", "io/batonfs/transport/",
            "io/batonfs/model/", "io/batonfs/shaded/caffeine/");
    private static final Set<String> ALLOWED_META = Set.of(
            "META-INF/MANIFEST.MF", "META-INF/LICENSE", "META-INF/NOTICE",
            "META-INF/services/org.apache.hadoop.fs.FileSystem", "META-INF/services/io.batonfs.client.GroupProvider");

    @Test
    void hasWhatAClientNeedsAndNothingElse() throws IOException {
        Set<String> strangers = new TreeSet<>();
        Set<String> rooms = new TreeSet<>();
        Set<String> meta = new TreeSet<>();
        try (JarFile jar = new JarFile(ClientJar.path().toFile())) {
            jar.stream().filter(entry -> !entry.isDirectory()).map(JarEntry::getName).forEach(name -> {
                if (ALLOWED_META.contains(name)) {
                    meta.add(name);
                } else {
                    ALLOWED.stream().filter(name::startsWith).findFirst()
                            .ifPresentOrElse(rooms::add, () -> strangers.add(name));
                }
            });
        }
        assertThat(strangers).as("what has no business in the client jar").isEmpty();
        assertThat(rooms).containsExactlyInAnyOrderElementsOf(ALLOWED);
        assertThat(meta).containsExactlyInAnyOrderElementsOf(ALLOWED_META);
    }

    @Test
    void simulatesNoNetworkAndIsNoServer() throws IOException {
        try (JarFile jar = new JarFile(ClientJar.path().toFile())) {
            assertThat(jar.stream().map(JarEntry::getName)).noneMatch(name ->
                    name.startsWith("io/batonfs/transport/simulation/")
                            || name.startsWith("io/batonfs/protocol/wire/CheckMessages")
                            || name.startsWith("io/batonfs/transport/lwio/Server")
                            || name.endsWith("/LwioServer.class") || name.endsWith("/DormantConnections.class"));
        }
    }

    /** Of transport and protocol some classes are left out by name: none of those that are there may refer to one of them. */
    @Test
    void hasAllOfTransportAndProtocolThatItRefersTo() throws IOException {
        Pattern ours = Pattern.compile("io/batonfs/(?:transport/[a-z]+|protocol(?:/[a-z]+)?)/[A-Z][\\w$]*");
        Set<String> missing = new TreeSet<>();
        try (JarFile jar = new JarFile(ClientJar.path().toFile())) {
            for (JarEntry entry : jar.stream().filter(each -> each.getName().endsWith(".class")).toList()) {
                Matcher found = ours.matcher(text(jar, entry));
                while (found.find()) {
                    if (jar.getJarEntry(found.group() + ".class") == null) {
                        missing.add(found.group() + " of " + entry.getName());
                    }
                }
            }
        }
        assertThat(missing).isEmpty();
    }

    @Test
    void isSmall() throws IOException {
        assertThat(Files.size(ClientJar.path())).isLessThan(LARGEST_BYTES);
    }

    @Test
    void offersTheFileSystemAndTheWayOverTheNetwork() throws IOException {
        try (JarFile jar = new JarFile(ClientJar.path().toFile())) {
            assertThat(lines(jar, "META-INF/services/org.apache.hadoop.fs.FileSystem"))
                    .containsExactly("io.batonfs.fs.BatonFileSystem");
            assertThat(lines(jar, "META-INF/services/io.batonfs.client.GroupProvider"))
                    .containsExactly("io.batonfs.client.network.NetworkGroupProvider");
        }
    }

    @Test
    void saysWhatIsWhose() throws IOException {
        try (JarFile jar = new JarFile(ClientJar.path().toFile())) {
            assertThat(String.join("\n", lines(jar, "META-INF/LICENSE"))).contains("Apache License", "Version 2.0");
            assertThat(String.join("\n", lines(jar, "META-INF/NOTICE"))).contains("Baton", "Caffeine", "Ben Manes");
        }
    }

    /** A class file names all that it uses in its constants: what was moved must not be looked for where it was. */
    @Test
    void looksForNothingThatIsNotThere() throws IOException {
        List<String> absent = List.of("com/github/benmanes", "com.github.benmanes", "org/rocksdb", "org/apache/ratis",
                "com/google/protobuf", "com/google/common", "io/batonfs/server", "io/batonfs/catalog", "io/batonfs/pages",
                "io/batonfs/pools", "io/batonfs/embedded");
        try (JarFile jar = new JarFile(ClientJar.path().toFile())) {
            for (JarEntry entry : jar.stream().filter(each -> each.getName().endsWith(".class")).toList()) {
                String constants = text(jar, entry);
                assertThat(absent).as("used by " + entry.getName()).noneMatch(constants::contains);
            }
        }
    }

    @Test
    void theClassPathsAreOfThisHadoopAndWithoutBaton() {
        String version = "-" + VersionInfo.getVersion() + ".jar";
        for (String module : List.of("plain-hadoop", "spark-hadoop")) {
            List<String> names = ClientJar.classPath(module).stream().map(jar -> jar.getFileName().toString()).toList();
            // Nodes of YARN have a Caffeine of Hadoop's, an older one: ours would not do with it, and is not there.
            assertThat(names).as(module).noneMatch(name -> name.startsWith("baton") || name.startsWith("caffeine-3")
                    || name.startsWith("ratis") || name.startsWith("rocksdb"));
            assertThat(names).as(module).anyMatch(name -> name.startsWith("hadoop-c") && name.endsWith(version));
        }
        assertThat(ClientJar.classPath("plain-hadoop")).anyMatch(jar -> jar.endsWith("hadoop-common" + version));
        assertThat(ClientJar.classPath("spark-hadoop")).noneMatch(jar -> jar.endsWith("hadoop-common" + version));
    }

    private static List<String> lines(JarFile jar, String name) throws IOException {
        return text(jar, jar.getJarEntry(name)).lines().filter(line -> !line.isBlank()).toList();
    }

    private static String text(JarFile jar, JarEntry entry) throws IOException {
        try (InputStream content = jar.getInputStream(entry)) {
            return new String(content.readAllBytes(), StandardCharsets.ISO_8859_1);
        }
    }
}
