package io.batonfs.clientjar;

import io.batonfs.architecture.Checkout;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.List;
import java.util.stream.Stream;

/** Where the build has put the client jar and the class paths of plain Hadoop. */
public final class ClientJar {
    private static final Path MODULE = Checkout.root().resolve("fs-adapter");

    private ClientJar() {
    }

    /**
     * The jar of this build.
     *
     * @throws AssertionError if there is none, or if it is older than the classes that it should have
     */
    public static Path path() {
        Path target = MODULE.resolve("target");
        List<Path> jars = files(target, "baton-hadoop-");
        if (jars.size() != 1) {
            throw new AssertionError("there are " + jars.size() + " client jars in " + target + " and not one: "
                    + "the phase package of fs-adapter makes it, run \"mvn verify\" from the top");
        }
        Path jar = jars.get(0);
        if (modified(jar).compareTo(newest(target.resolve("classes"))) < 0) {
            throw new AssertionError(jar + " is older than the classes that it is made of: run \"mvn verify\" from the top");
        }
        return jar;
    }

    /** A class path that a module of integration-tests has written down. */
    public static List<Path> classPath(String module) {
        Path file = Checkout.root().resolve("integration-tests").resolve(module).resolve("target/classpath");
        try {
            return Stream.of(Files.readString(file).strip().split(System.getProperty("path.separator")))
                    .map(Path::of).toList();
        } catch (IOException e) {
            throw new AssertionError("the module " + module + " has not written down its class path, " + file
                    + ": run \"mvn verify\" from the top", e);
        }
    }

    private static List<Path> files(Path folder, String prefix) {
        try (Stream<Path> files = Files.list(folder)) {
            return files.filter(file -> file.getFileName().toString().startsWith(prefix)
                    && file.toString().endsWith(".jar")).toList();
        } catch (IOException e) {
            throw new AssertionError(folder + " can't be read: run \"mvn verify\" from the top", e);
        }
    }

    private static FileTime newest(Path folder) {
        return Checkout.files(folder, ".class").stream().map(ClientJar::modified)
                .max(FileTime::compareTo).orElseThrow();
    }

    private static FileTime modified(Path file) {
        try {
            return Files.getLastModifiedTime(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
