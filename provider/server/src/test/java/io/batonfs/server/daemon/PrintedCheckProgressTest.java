package io.batonfs.server.daemon;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.batonfs.model.ServerId;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** A check of a large group is no flood of lines, and one of a small group neither. */
class PrintedCheckProgressTest {
    private long now = 17;

    @Test
    void beginningAndEndAreToldAndBetweenThemALineEachFiveSeconds() {
        StringWriter text = new StringWriter();
        PrintedCheckProgress progress = new PrintedCheckProgress(new PrintWriter(text, true), () -> now);
        ServerId server = new ServerId(1);
        progress.begins("opening a copy of the catalog");
        for (int done = 0; done <= 1000; done++) {
            progress.read(server, "fast", done, 1000);
            now += TimeUnit.MILLISECONDS.toNanos(12);
        }
        progress.read(server, "none", 0, 0);
        assertEquals(List.of("opening a copy of the catalog", "server-1, pool fast: 0 % read", "server-1, pool fast: 41 % read",
                "server-1, pool fast: 83 % read", "server-1, pool fast: 100 % read", "server-1, pool none: 100 % read"),
                text.toString().lines().toList());
    }
}
