package io.batonfs.crash;

import static org.assertj.core.api.Assertions.assertThat;

import io.batonfs.processes.ChildProcess;
import io.batonfs.processes.ProcessHarness;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * kill -9 of the process that holds the whole group, at random moments, round after round on the same directory: what
 * was acknowledged is there byte for byte, nothing else has changed. Run again with
 * {@code -Dbaton.seed=N -Dbaton.rounds=N}.
 */
class KillTest {
    private static final long SEED = Long.getLong("baton.seed", System.nanoTime() & 0xFFFF_FFFFL);
    private static final int ROUNDS = Integer.getInteger("baton.rounds", 3);
    private static final int MOST_EVENTS = 120;
    private static final int FORMATTINGS = 5;

    @TempDir
    Path directory;

    @Test
    void acknowledgedDataSurvivesKills() throws Exception {
        System.out.println("baton.seed=" + SEED);
        String group = Files.createDirectories(directory.resolve("group")).toString();
        Random random = new Random(SEED);
        CrashModel model = new CrashModel();
        for (int round = 0; round < ROUNDS; round++) {
            try (ProcessHarness harness = new ProcessHarness(directory)) {
                ChildProcess writer = harness.start(CrashWriter.class, group, Long.toString(SEED), Integer.toString(round));
                writer.await("ready");
                for (int events = 1 + random.nextInt(MOST_EVENTS); events > 0; events--) {
                    model.add(Event.of(writer.nextLine()));
                }
                writer.kill();
                writer.unreadLines().forEach(line -> model.add(Event.of(line)));
                model.crash();
                check(harness.start(CrashReader.class, group), model, "seed " + SEED + ", round " + round);
            }
        }
        assertThat(model.size()).as("files at the end").isPositive();
    }

    @Test
    void groupThatWasKilledWhileItWasMadeIsMadeAnew() throws Exception {
        System.out.println("baton.seed=" + SEED);
        Random random = new Random(SEED);
        String group = Files.createDirectories(directory.resolve("group")).toString();
        for (int i = 0; i < FORMATTINGS; i++) {
            try (ProcessHarness harness = new ProcessHarness(directory)) {
                ChildProcess writer = harness.start(CrashWriter.class, group, "0", Integer.toString(i));
                // No event tells how far formatting is: any moment of a start-up that takes a second or more.
                Thread.sleep(random.nextInt(2_000));
                writer.kill();
            }
        }
        try (ProcessHarness harness = new ProcessHarness(directory)) {
            ChildProcess writer = harness.start(CrashWriter.class, group, "0", Integer.toString(FORMATTINGS));
            writer.await("ready");
            writer.kill();
        }
    }

    private static void check(ChildProcess reader, CrashModel model, String when) throws Exception {
        assertThat(model.problems(report(reader, model))).as(when + ", as found").isEmpty();
        Map<String, CrashModel.Found> recovered = report(reader, model);
        assertThat(model.problems(recovered)).as(when + ", leases recovered").isEmpty();
        reader.await("closed");
        reader.awaitGoodEnd();
        model.settle(recovered);
    }

    private static Map<String, CrashModel.Found> report(ChildProcess reader, CrashModel model) throws Exception {
        Map<String, CrashModel.Found> found = new TreeMap<>();
        for (String name = reader.nextLine(); !name.equals("end"); name = reader.nextLine()) {
            long content = model.contentOf(name);
            reader.send(Long.toString(content));
            String[] lengthAndRight = reader.nextLine().split(" ");
            found.put(name, new CrashModel.Found(
                    content, Long.parseLong(lengthAndRight[0]), Long.parseLong(lengthAndRight[1])));
        }
        return found;
    }
}
