package io.batonfs.leaks;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The daemon's gauges as Prometheus is given them: by name, and of a pool by name and pool.
 *
 * @param values all of them
 */
record ServerFigures(Map<String, Long> values) {
    /** What is the same whenever nobody uses a group and nothing is in it. */
    private static final List<String> AT_REST = List.of("catalog_tables_nodes", "catalog_tables_contents",
            "catalog_tables_extents", "catalog_tables_tokens", "catalog_tables_leases", "catalog_tables_reclaim_waiting",
            "catalog_tables_free_waiting", "catalog_tables_compact_waiting", "catalog_tables_tracked",
            "storage_connections", "storage_open_fids", "storage_buffers_in_use", "storage_extents",
            "pool_free_bytes fast", "pool_free_bytes capacity",
            "wire_open_sockets", "wire_handshakes", "wire_queue_pairs", "wire_queued_bytes",
            "shared_memory_open_sockets", "shared_memory_handshakes", "shared_memory_connections",
            "shared_memory_queued_bytes");
    private static final Pattern LINE = Pattern.compile("^(\\w+)\\{([^}]*)} (-?[0-9.E+]+)$", Pattern.MULTILINE);
    private static final Pattern POOL = Pattern.compile("pool=\"([^\"]*)\"");
    private static final HttpClient HTTP = HttpClient.newHttpClient();

    /** Asks a daemon. */
    static ServerFigures ask(int httpPort) throws IOException, InterruptedException {
        Map<String, Long> values = new TreeMap<>();
        Matcher line = LINE.matcher(page(httpPort, "/prom"));
        while (line.find()) {
            Matcher pool = POOL.matcher(line.group(2));
            values.put(pool.find() ? line.group(1) + " " + pool.group(1) : line.group(1),
                    (long) Double.parseDouble(line.group(3)));
        }
        return new ServerFigures(values);
    }

    /** What each thread of a daemon does at this moment, for people. */
    static String stacks(int httpPort) throws IOException, InterruptedException {
        return page(httpPort, "/stacks");
    }

    private static String page(int httpPort, String path) throws IOException, InterruptedException {
        return HTTP.send(HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + httpPort + path)).build(),
                HttpResponse.BodyHandlers.ofString()).body();
    }

    /** One of them, which must be there. */
    long value(String name) {
        return Optional.ofNullable(values.get(name)).orElseThrow(
                () -> new AssertionError("the daemon does not show " + name + " but " + values.keySet()));
    }

    /** Those that are the same whenever a group is at rest. */
    Map<String, Long> atRest() {
        Map<String, Long> rest = new TreeMap<>();
        AT_REST.forEach(name -> rest.put(name, value(name)));
        // Buffers are registered and kept for the next use; there is a most of them.
        rest.put("regions that are no buffers", value("wire_registered_regions") - value("storage_buffers_made"));
        return rest;
    }
}
