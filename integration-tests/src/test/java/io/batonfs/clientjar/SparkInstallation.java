package io.batonfs.clientjar;

import io.batonfs.architecture.Checkout;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * A Spark as its tarball would have it, put together of the jars of Maven Central: a directory whose {@code jars} has
 * links to them, and beside them the client jar; whose {@code conf} has Baton's core-site.xml. Spark's own launcher
 * makes the commands of driver and executors of it. For one thread.
 */
final class SparkInstallation {
    private static final long PATIENCE_S = 3600;
    private static final String JAVA = Path.of(System.getProperty("java.home"), "bin", "java").toString();

    private final Path home;

    /**
     * Makes it.
     *
     * @param home a directory that is yet to be made
     */
    SparkInstallation(Path home) throws IOException {
        this.home = home;
        Path jars = Files.createDirectories(home.resolve("jars"));
        for (Path jar : ClientJar.classPath("spark")) {
            Files.createSymbolicLink(jars.resolve(jar.getFileName()), jar);
        }
        Files.createSymbolicLink(jars.resolve(ClientJar.path().getFileName()), ClientJar.path());
        Files.createDirectories(home.resolve("conf"));
        Files.createDirectories(home.resolve("tmp"));
        Files.copy(Checkout.root().resolve("conf/core-site.xml"), home.resolve("conf/core-site.xml"));
    }

    /** The application of the module {@code spark}. */
    static Path application() throws IOException {
        Path target = Checkout.root().resolve("integration-tests/spark/target");
        try (Stream<Path> files = Files.list(target)) {
            return files.filter(file -> file.toString().endsWith(".jar")).findFirst()
                    .orElseThrow(() -> new AssertionError("there is no jar in " + target + ": run \"mvn -Pspark verify\""));
        }
    }

    /** The Hadoop that this Spark brings. */
    String hadoopVersion() throws IOException {
        try (Stream<Path> jars = Files.list(home.resolve("jars"))) {
            return jars.map(jar -> jar.getFileName().toString())
                    .filter(name -> name.startsWith("hadoop-client-api-")).findFirst().orElseThrow()
                    .replaceAll("hadoop-client-api-(.*)\\.jar", "$1");
        }
    }

    /**
     * What {@code spark-submit} does.
     *
     * @param log       where all that the driver says goes
     * @param arguments of spark-submit
     * @return the driver's exit code
     */
    int submit(Path log, List<String> arguments) throws IOException, InterruptedException {
        List<String> launch = new ArrayList<>(List.of(JAVA, "-Xmx128m", "-XX:-UsePerfData",
                "-classpath", home.resolve("jars") + "/*",
                "org.apache.spark.launcher.Main", "org.apache.spark.deploy.SparkSubmit"));
        launch.addAll(arguments);
        Path command = home.resolve("tmp/command");
        int made = run(launch, command);
        String said = Files.readString(command, StandardCharsets.UTF_8);
        if (made != 0) {
            throw new AssertionError("Spark's launcher ended with " + made + " and said " + said);
        }
        // A zero and a line's end, then the words of the command, each with a zero after it: so that bin/spark-class can
        // tell them from what a JVM may print.
        List<String> words = Arrays.stream(said.split("\0")).map(String::strip).filter(word -> !word.isEmpty()).toList();
        return run(words, log);
    }

    private int run(List<String> command, Path output) throws IOException, InterruptedException {
        ProcessBuilder builder = new ProcessBuilder(command).directory(home.toFile())
                .redirectErrorStream(true).redirectOutput(output.toFile());
        builder.environment().keySet().removeIf(name -> name.startsWith("SPARK_") || name.startsWith("HADOOP_"));
        builder.environment().put("SPARK_HOME", home.toString());
        // What bin/load-spark-env.sh finds out.
        builder.environment().put("SPARK_SCALA_VERSION", "2.13");
        builder.environment().put("SPARK_LOCAL_DIRS", home.resolve("tmp").toString());
        builder.environment().put("SPARK_LOCAL_IP", "127.0.0.1");
        builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
        Process process = builder.start();
        try {
            if (!process.waitFor(PATIENCE_S, TimeUnit.SECONDS)) {
                throw new AssertionError(command + " does not end; it said " + Files.readString(output));
            }
            return process.exitValue();
        } finally {
            // The executors are children of the driver and must not stay behind when it is killed.
            process.descendants().forEach(ProcessHandle::destroyForcibly);
            process.destroyForcibly().waitFor();
        }
    }

    /** Where executors' logs are. */
    Path work() {
        return home.resolve("work");
    }
}
