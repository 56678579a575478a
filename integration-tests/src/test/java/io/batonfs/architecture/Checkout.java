package io.batonfs.architecture;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** The folder of the checkout, as the build names it to the tests. */
public final class Checkout {
    private static final String KEY = "baton.root";

    private Checkout() {
    }

    /** The root of the checkout. */
    public static Path root() {
        Path root = Path.of(System.getProperty(KEY, "..")).toAbsolutePath().normalize();
        if (!Files.exists(root.resolve(".ci/run"))) {
            throw new IllegalStateException(root + " is not a checkout: set the system property " + KEY);
        }
        return root;
    }

    /** Reads a file of the checkout. */
    public static String read(String name) {
        try {
            return Files.readString(root().resolve(name));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** All files below a folder with a name that ends so; none if there is no such folder. */
    public static List<Path> files(Path folder, String ending) {
        if (!Files.isDirectory(folder)) {
            return List.of();
        }
        try (Stream<Path> files = Files.walk(folder)) {
            return files.filter(file -> file.toString().endsWith(ending)).sorted().toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
