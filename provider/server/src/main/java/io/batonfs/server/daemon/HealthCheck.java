package io.batonfs.server.daemon;

import io.batonfs.server.local.LocalGroup;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** Asks a group how it is: its catalog by a question to the tables, its servers by their reports. Thread-safe. */
final class HealthCheck {
    private static final String UNSEEN = "until all devices answer nothing else that may be wrong is looked for";

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
            boolean hangs = group.servers().stream().anyMatch(server -> !server.hungDevices().isEmpty());
            List<String> devices = hangs
                    ? group.servers().stream().flatMap(server -> server.troubledDevices().stream()).toList() : List.of();
            return of(devices, () -> {
                List<String> problems = new ArrayList<>(group.catalog().groupStatus().problems());
                group.shortage().ifPresent(problems::add);
                return problems;
            });
        } catch (IOException | RuntimeException e) {
            return Health.failed("the catalog does not answer: " + e.getMessage());
        }
    }

    /** What finds out about everything else. */
    interface Others {
        List<String> problems() throws IOException;
    }

    /** Whoever asks for more than devices that don't answer may wait for one of them, and tell nobody. */
    static Health of(List<String> hung, Others others) throws IOException {
        return Health.with(hung.isEmpty()
                ? others.problems() : Stream.concat(hung.stream(), Stream.of(UNSEEN)).toList());
    }
}
