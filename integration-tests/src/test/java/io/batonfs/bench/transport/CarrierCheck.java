package io.batonfs.bench.transport;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.hadoop.fs.FileUtil;

/**
 * Has a carrier do what the benchmark asks of it, with both ends in this JVM. {@code main} does so in a JVM of its
 * own, for what needs packages of the JDK opened to it. Arguments: carrier, an empty directory.
 */
final class CarrierCheck {
    static final String DONE = "done";
    private static final Duration SPELL = Duration.ofMillis(5);
    private static final int KIB = 1 << 10;
    private static final int MIB = 1 << 20;

    private record Task(Load load, Service service) {
    }

    private CarrierCheck() {
    }

    public static void main(String[] arguments) throws Exception {
        check(Carrier.valueOf(arguments[0]), Path.of(arguments[1]));
        System.out.println(DONE);
        // Not every library's threads end with it.
        System.exit(0);
    }

    static void check(Carrier carrier, Path directory) throws Exception {
        if (!carrier.hasServer()) {
            for (Task task : tasksFor(carrier)) {
                check(carrier, task, directory);
            }
            return;
        }
        // Sockets have short names only, which are not to be had below a build's directory.
        Path shared = Path.of("/dev/shm");
        Path memory = Files.createTempDirectory(Files.isWritable(shared) ? shared : directory, "baton-test-");
        try {
            Served served = carrier.serve(memory);
            try {
                ServerFacts.here(served.addresses()).write(directory);
                for (Task task : tasksFor(carrier)) {
                    check(carrier, task, directory);
                }
            } finally {
                served.server().close();
            }
        } finally {
            FileUtil.fullyDelete(memory.toFile());
        }
    }

    private static List<Task> tasksFor(Carrier carrier) {
        List<Task> tasks = new ArrayList<>();
        if (carrier != Carrier.MEMORY_COPY) {
            tasks.add(new Task(Load.hot(Operation.ECHO, 64, 1, 1), Service.VERBS));
        }
        Load page = Load.hot(Operation.READ, 4 * KIB, 1, 1);
        tasks.add(new Task(page, Service.POLLING));
        tasks.add(new Task(page, carrier == Carrier.SHARED_MEMORY ? Service.DOORBELL : Service.INTERRUPT));
        if (carrier != Carrier.RING && carrier != Carrier.DOORBELL) {
            int connections = carrier == Carrier.AERON ? 1 : 3;
            for (Operation operation : List.of(Operation.READ, Operation.WRITE)) {
                tasks.add(new Task(Load.hot(operation, 64 * KIB, connections, 4), Service.INTERRUPT));
                tasks.add(new Task(Load.hot(operation, 4 * MIB, 1, 2), Service.INTERRUPT));
            }
            tasks.add(new Task(new Load(Operation.READ, 64 * KIB, connections, 2, MIB), Service.INTERRUPT));
        }
        return tasks;
    }

    private static void check(Carrier carrier, Task task, Path directory) throws Exception {
        AtomicLong timed = new AtomicLong();
        Run run = new Run(SPELL, System::nanoTime, nanos -> timed.incrementAndGet());
        try (TransportClient client = carrier.connect(task.load(), directory, task.service())) {
            client.clear();
            client.run(run);
            client.check();
        }
        int atLeast = task.load().connections() * task.load().outstanding();
        assertThat(run.requests()).as("requests of %s over %s", task, carrier)
                .isGreaterThanOrEqualTo(atLeast).isEqualTo(timed.get());
        assertThat(run.nanos()).as("time of %s over %s", task, carrier).isPositive();
    }
}
