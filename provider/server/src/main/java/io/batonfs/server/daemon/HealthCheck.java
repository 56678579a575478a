package io.batonfs.server.daemon;

import io.batonfs.server.local.LocalGroup;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** Asks a group how it is: its catalog by a question to the tables, its servers by their reports. Thread-safe. */
final class HealthCheck {
    private static final String UNSEEN = "until all devices answer nothing else is looked for that may be wrong";

    private final LocalGroup group;

    HealthCheck(LocalGroup group) {
        this.group = group;
    }

    Health check() {
        Optional<String> failure = group.catalogFailure();
        if (failure.isPresent()) {
            return Health.failed("the catalog has stopped: " + failure.get() + "; restart the daemon");
        }
        try {
            group.figures();
            List<String> hung = group.servers().stream().flatMap(server -> server.hungDevices().stream()).toList();
            if (!hung.isEmpty()) {
                // Who asks for more may wait for the device, and tell nobody.
                return Health.with(Stream.concat(hung.stream(), Stream.of(UNSEEN)).toList());
            }
            List<String> problems = new ArrayList<>(group.catalog().groupStatus().problems());
            group.shortage().ifPresent(problems::add);
            return Health.with(problems);
        } catch (IOException | RuntimeException e) {
            return Health.failed("the catalog does not answer: " + e.getMessage());
        }
    }
}
