package io.batonfs.catalog.costs;

import com.sun.management.OperatingSystemMXBean;
import com.sun.management.ThreadMXBean;
import io.batonfs.catalog.Catalog;
import io.batonfs.catalog.CatalogRequest;
import io.batonfs.catalog.Command;
import io.batonfs.catalog.ExtentLength;
import io.batonfs.catalog.FileOptions;
import io.batonfs.catalog.GroupSettings;
import io.batonfs.catalog.Placement;
import io.batonfs.catalog.Reply;
import io.batonfs.catalog.machine.CatalogMachine;
import io.batonfs.catalog.machine.LocalCatalog;
import io.batonfs.catalog.ratis.CatalogLogConfig;
import io.batonfs.catalog.ratis.InProcessDirectory;
import io.batonfs.catalog.ratis.RatisCatalog;
import io.batonfs.catalog.store.CachedTableStore;
import io.batonfs.catalog.store.RocksBudget;
import io.batonfs.catalog.store.RocksTableStore;
import io.batonfs.model.BatonException;
import io.batonfs.model.Caller;
import io.batonfs.model.ErrorCode;
import io.batonfs.model.GroupId;
import io.batonfs.model.Invocation;
import io.batonfs.model.PageGeometry;
import io.batonfs.model.ServerId;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;

/**
 * Runs each kind of metadata call and prints what it costs. First by the machine alone, in one thread on tables in
 * RocksDB: how many rows and ranges it asks for, processor time and allocated bytes, which say the same on a machine
 * that is shared. Then from several threads over the real log: calls a second, processor time of all threads, and that of the thread that
 * applies.
 *
 * <p>{@code CommandCosts DIRECTORY [calls of each thread [threads ...]]}: the directory must not exist.
 */
public final class CommandCosts {
    private static final Caller USER = new Caller("root", List.of("wheel"), true);
    private static final FileOptions FILE = new FileOptions(false, false, 0644, 0022, 1 << 27, 3);
    private static final Placement PLACEMENT = Placement.on(new ServerId(1));
    private static final GroupId GROUP = new GroupId(new UUID(0x4000, 9));
    private static final int LISTED = 1000;
    private static final int LISTS = 20;
    private static final String APPLYING = "StateMachineUpdater";
    private static final OperatingSystemMXBean PROCESS =
            (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

    private final Catalog catalog;
    private final CountedReads reads;
    private final int calls;
    private final AtomicLong clients = new AtomicLong();

    /** @param reads null where several threads read */
    private CommandCosts(Catalog catalog, CountedReads reads, int calls) {
        this.catalog = catalog;
        this.reads = reads;
        this.calls = calls;
    }

    /** One client with calls of its own. */
    private final class Client {
        private final UUID id = new UUID(0x4000, clients.incrementAndGet());
        private long call;

        <R extends Reply> R ask(Class<R> expected, Command command) throws IOException {
            try {
                Reply reply = catalog.call(new CatalogRequest(new Invocation(id, ++call), USER,
                        System.currentTimeMillis(), command));
                if (!expected.isInstance(reply)) {
                    throw new BatonException(ErrorCode.INTERNAL, command + " was answered by " + reply);
                }
                return expected.cast(reply);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new BatonException(ErrorCode.AGAIN, "interrupted", e);
            }
        }

        void mkdir(String path) throws IOException {
            ask(Reply.Changed.class, new Command.Mkdirs(path, 0755, 0022, true));
        }

        void createAndClose(String path) throws IOException {
            Reply.WriteGranted granted = ask(Reply.WriteGranted.class, new Command.Create(path, FILE, PLACEMENT));
            ask(Reply.FileClosed.class, new Command.CloseFile(granted.file(), granted.lease(),
                    new ExtentLength(granted.extent().id(), 0, 0)));
        }
    }

    /** What one thread does again and again. */
    @FunctionalInterface
    private interface Work {
        void run(Client client, String directory, int call) throws IOException;
    }

    /** Runs the program. */
    public static void main(String[] arguments) throws IOException, InterruptedException, ExecutionException {
        if (arguments.length == 0 || Files.exists(Path.of(arguments[0]))) {
            throw new IllegalArgumentException("CommandCosts DIRECTORY [CALLS [THREADS ...]]: the directory is made,"
                    + " and must not exist before");
        }
        Path directory = Path.of(arguments[0]);
        int calls = arguments.length > 1 ? Integer.parseInt(arguments[1]) : 2000;
        int[] threads = arguments.length > 2
                ? Arrays.stream(arguments, 2, arguments.length).mapToInt(Integer::parseInt).toArray()
                : new int[] {1, 8, 32};
        System.out.println("what            threads    calls/s  us of all     us/call   KiB/call   gets/call  scans/call");
        CountedReads reads = new CountedReads(new CachedTableStore(
                RocksTableStore.open(directory.resolve("alone"), RocksBudget.SMALL), RocksBudget.SMALL.rowCacheBytes()));
        try (LocalCatalog alone = new LocalCatalog(reads)) {
            CommandCosts costs = new CommandCosts(alone, reads, calls);
            costs.format();
            costs.measure(1, "/cold");
            costs.measure(1, "/run");
        }
        ExecutorService replies = Executors.newFixedThreadPool(2);
        try (RatisCatalog logged = RatisCatalog.open(CatalogLogConfig.onePeer(directory.resolve("logged"), GROUP),
                CatalogMachine::new, new InProcessDirectory(), replies)) {
            CommandCosts costs = new CommandCosts(logged, null, calls);
            costs.format();
            for (int run = 0; run < threads.length; run++) {
                costs.measure(threads[run], "/run" + run);
            }
        } finally {
            replies.shutdown();
        }
    }

    private void format() throws IOException {
        Client client = new Client();
        client.ask(Reply.class, new Command.FormatGroup(GROUP, "root", "wheel", 0755, Optional.empty(),
                PageGeometry.DEFAULT, 4096, GroupSettings.DEFAULT));
        client.ask(Reply.class, new Command.AddServer("a:1"));
        client.mkdir("/warm/up/and/list");
        for (int i = 0; i < LISTED; i++) {
            client.createAndClose("/warm/up/and/list/file-" + i);
        }
    }

    private void measure(int width, String top) throws IOException, InterruptedException, ExecutionException {
        List<Client> all = IntStream.range(0, width).mapToObj(i -> new Client()).toList();
        for (int i = 0; i < width; i++) {
            all.get(i).mkdir(top + "/bench/of/thread-" + i);
        }
        each("create+close", all, top, calls, (client, dir, i) -> client.createAndClose(dir + "/file-" + i));
        each("stat", all, top, calls * 10, (client, dir, i) -> {
            if (catalog.read(reader -> reader.status(USER, dir + "/file-" + i % calls)).isEmpty()) {
                throw new BatonException(ErrorCode.INTERNAL, "a file is gone");
            }
        });
        each("list of 1000", all, top, calls / LISTS, (client, dir, i) -> {
            if (catalog.read(reader -> reader.list(USER, "/warm/up/and/list", "", LISTED)).entries().size() != LISTED) {
                throw new BatonException(ErrorCode.INTERNAL, "files are gone");
            }
        });
        each("rename", all, top, calls, (client, dir, i) -> client.ask(Reply.Done.class,
                new Command.Rename(dir + "/file-" + i, dir + "/renamed-" + i, false)));
        each("delete", all, top, calls, (client, dir, i) -> client.ask(Reply.Changed.class,
                new Command.Delete(dir + "/renamed-" + i, false)));
        each("mkdir", all, top, calls, (client, dir, i) -> client.mkdir(dir + "/dir-" + i));
    }

    private long measuredThread() {
        return reads != null ? Thread.currentThread().getId() : Arrays.stream(THREADS.getAllThreadIds())
                .filter(id -> THREADS.getThreadInfo(id) != null
                        && THREADS.getThreadInfo(id).getThreadName().contains(APPLYING))
                .findFirst().orElseThrow();
    }

    private void each(String what, List<Client> all, String top, int calls, Work work)
            throws IOException, InterruptedException, ExecutionException {
        long thread = measuredThread();
        long gets = reads == null ? 0 : reads.gets();
        long scans = reads == null ? 0 : reads.scans();
        long allCpu = PROCESS.getProcessCpuTime();
        long cpu = THREADS.getThreadCpuTime(thread);
        long bytes = THREADS.getThreadAllocatedBytes(thread);
        long start = System.nanoTime();
        if (reads != null) {
            repeat(all.get(0), top + "/bench/of/thread-0", calls, work);
        } else {
            repeatInThreads(all, top, calls, work);
        }
        double seconds = (System.nanoTime() - start) / 1e9;
        double count = (double) calls * all.size();
        System.out.printf("%-15s %7s %10.0f %10.1f %11.1f %10.1f", what, reads != null ? "alone" : all.size(), count / seconds,
                (PROCESS.getProcessCpuTime() - allCpu) / 1e3 / count,
                (THREADS.getThreadCpuTime(thread) - cpu) / 1e3 / count,
                (THREADS.getThreadAllocatedBytes(thread) - bytes) / 1024.0 / count);
        System.out.println(reads == null ? "" : String.format("  %10.1f  %10.1f", (reads.gets() - gets) / count,
                (reads.scans() - scans) / count));
    }

    private static void repeat(Client client, String directory, int calls, Work work) throws IOException {
        for (int i = 0; i < calls; i++) {
            work.run(client, directory, i);
        }
    }

    private static void repeatInThreads(List<Client> all, String top, int calls, Work work)
            throws InterruptedException, ExecutionException {
        ExecutorService pool = Executors.newFixedThreadPool(all.size());
        try {
            List<Future<?>> running = new ArrayList<>();
            for (int t = 0; t < all.size(); t++) {
                Client client = all.get(t);
                String directory = top + "/bench/of/thread-" + t;
                running.add(pool.submit(() -> {
                    repeat(client, directory, calls, work);
                    return null;
                }));
            }
            for (Future<?> one : running) {
                one.get();
            }
        } finally {
            pool.shutdownNow();
        }
    }
}
