package io.batonfs.yarn;

import io.batonfs.yarn.tasks.Fate;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.stream.Stream;

/** The jar that a user would submit: the classes of {@code tasks} and nothing else of the tests. */
final class JobJar {

    private JobJar() {
    }

    /** Makes the jar. */
    static Path make(Path jar) throws IOException {
        Class<?> anyOfThem = Fate.class;
        Path classes = root(anyOfThem);
        Path room = classes.resolve(anyOfThem.getPackageName().replace('.', '/'));
        try (JarOutputStream out = new JarOutputStream(Files.newOutputStream(jar));
                Stream<Path> files = Files.list(room)) {
            List<Path> sorted = files.sorted().toList();
            for (Path file : sorted) {
                out.putNextEntry(new JarEntry(classes.relativize(file).toString()));
                Files.copy(file, out);
                out.closeEntry();
            }
        }
        return jar;
    }

    private static Path root(Class<?> type) {
        try {
            return Path.of(type.getProtectionDomain().getCodeSource().getLocation().toURI());
        } catch (URISyntaxException e) {
            throw new IllegalStateException("the classes of the tests are not in a folder", e);
        }
    }
}
