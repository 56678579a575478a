package io.batonfs.yarn;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

/** What containers have logged on the one node of a test's YARN. Stateless. */
final class ContainerLogs {
    private static final int LINES_SHOWN = 80;

    private final Path nodes;

    /**
     * The logs of a cluster.
     *
     * @param nodes the folder in which its nodes keep everything
     */
    ContainerLogs(Path nodes) {
        this.nodes = nodes;
    }

    /** The ends of all that the containers of an application have said, one after the other. */
    String ofApplication(String applicationId) {
        StringBuilder all = new StringBuilder();
        for (Path file : files()) {
            if (file.toString().contains("/" + applicationId + "/")) {
                List<String> lines = lines(file);
                if (!lines.isEmpty()) {
                    all.append("\n--- ").append(nodes.relativize(file)).append('\n')
                            .append(String.join("\n", end(lines)));
                }
            }
        }
        return all.isEmpty() ? "; its containers have logged nothing below " + nodes : "; its containers said:" + all;
    }

    /** The same of the application that was submitted last. */
    String ofNewestApplication() {
        return files().stream().flatMap(file -> StreamSupport.stream(file.spliterator(), false))
                .map(Path::toString).filter(name -> name.startsWith("application_"))
                .max(Comparator.naturalOrder()).map(this::ofApplication).orElse("; no container has logged anything");
    }

    private List<Path> files() {
        try (Stream<Path> files = Files.walk(nodes)) {
            return files.filter(file -> file.toString().contains("/container_") && file.toString().contains("-logDir-"))
                    .filter(Files::isRegularFile).sorted().toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static List<String> end(List<String> lines) {
        return lines.subList(Math.max(0, lines.size() - LINES_SHOWN), lines.size());
    }

    private static List<String> lines(Path file) {
        try {
            return Files.readAllLines(file, StandardCharsets.ISO_8859_1);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
