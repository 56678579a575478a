package io.batonfs.transport.lwio;

import io.batonfs.transport.verbs.AccessRight;
import io.batonfs.transport.verbs.CompletionQueue;
import io.batonfs.transport.verbs.MemoryRegion;
import io.batonfs.transport.verbs.Nic;
import io.batonfs.transport.verbs.ProtectionDomain;
import io.batonfs.transport.verbs.QueuePair;
import io.batonfs.transport.verbs.QueuePairOptions;
import io.batonfs.transport.verbs.VerbsException;
import io.batonfs.transport.verbs.WorkCompletion;
import io.batonfs.transport.verbs.WorkOpcode;
import io.batonfs.transport.verbs.WorkRequest;
import io.batonfs.transport.verbs.WorkStatus;
import io.batonfs.transport.wire.TcpWire;
import io.batonfs.transport.wire.TcpWireConfig;
import java.io.EOFException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Measures echoes, reads and writes over the TCP wire beside plain blocking channels, between two processes: {@code main}
 * without arguments starts the other one itself. The contenders take turns, one spell each in every round. Besides the
 * times it tells what both processes together spent on a request, but for the JVMs' compilers: processor time, and how
 * often the kernel switched threads and moved one to another processor. No test: prints figures, and the load that they were taken under.
 */
public final class TcpMeasure {
    private static final int ROUNDS = Integer.getInteger("measure.rounds", 5);
    private static final long SPELL_NANOS = TimeUnit.MILLISECONDS.toNanos(Integer.getInteger("measure.spellMs", 300));
    private static final long WARM_NANOS = TimeUnit.MILLISECONDS.toNanos(Integer.getInteger("measure.warmMs", 1500));
    private static final Pattern ONLY = Pattern.compile(System.getProperty("measure.only", ".*"));
    /** Options of the other process. */
    private static final String OPTIONS = System.getProperty("measure.serverOptions", "");
    private static final long PATIENCE_MS = 10_000;
    private static final int MESSAGE_BYTES = 64;
    private static final int LARGEST = 4 << 20;
    private static final int MOST_TIMES = 1 << 20;

    private TcpMeasure() {
    }

    /** See above; with an argument, the other process. */
    public static void main(String[] arguments) throws Exception {
        if (arguments.length > 0) {
            serve();
            return;
        }
        List<String> command = new ArrayList<>(
                List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-Xmx512m"));
        if (!OPTIONS.isEmpty()) {
            command.addAll(List.of(OPTIONS.split(" ")));
        }
        command.addAll(List.of("-classpath", System.getProperty("java.class.path"), TcpMeasure.class.getName(), "serve"));
        Process other = new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
        try (TcpWire wire = new TcpWire(TcpWireConfig.DEFAULT); Nic nic = new Nic(wire)) {
            String[] addresses = other.inputReader().readLine().split(" ");
            measure(contenders(nic, addresses), other.pid());
        } finally {
            other.destroyForcibly().waitFor();
        }
    }

    private static List<Contender> contenders(Nic nic, String[] addresses) throws Exception {
        InetSocketAddress plain =
                new InetSocketAddress(InetAddress.getLoopbackAddress(), Integer.parseInt(addresses[2]));
        List<Contender> contenders = new ArrayList<>();
        add(contenders, "echo-tcp", MESSAGE_BYTES, 1, () -> new Echo(nic, addresses[0]));
        add(contenders, "echo-nio", MESSAGE_BYTES, 1, () -> new Plain(plain, MESSAGE_BYTES, true));
        for (int bytes : new int[] {4 << 10, 64 << 10, 1 << 20}) {
            String name = "read-" + (bytes >> 10) + "K-";
            for (int outstanding : new int[] {1, 8}) {
                add(contenders, name + outstanding + "-tcp", bytes, outstanding,
                        () -> new Reading(nic, addresses[1], bytes, false));
                if (outstanding == 1) {
                    add(contenders, name + "polled-tcp", bytes, 1, () -> new Reading(nic, addresses[1], bytes, true));
                }
                add(contenders, name + outstanding + "-nio", bytes, outstanding, () -> new Plain(plain, bytes, false));
            }
        }
        for (int outstanding : new int[] {1, 8}) {
            String name = "write-1024K-" + outstanding;
            add(contenders, name + "-tcp", 1 << 20, outstanding, () -> new Writing(nic, addresses[1], 1 << 20));
            add(contenders, name + "-nio", 1 << 20, outstanding, () -> new PlainWriting(plain, 1 << 20));
        }
        return contenders;
    }

    private static void add(List<Contender> to, String name, int bytes, int outstanding, Opener opener)
            throws Exception {
        if (ONLY.matcher(name).find()) {
            to.add(new Contender(name, bytes, outstanding, opener.open()));
        }
    }

    private static void measure(List<Contender> contenders, long server) throws Exception {
        System.out.println("load " + Files.readString(Path.of("/proc/loadavg")).trim());
        for (Contender contender : contenders) {
            contender.run(WARM_NANOS);
        }
        for (int round = 0; round < ROUNDS; round++) {
            for (int i = 0; i < contenders.size(); i++) {
                Contender contender = contenders.get((i + round) % contenders.size());
                Spent before = Spent.by(server);
                contender.run(SPELL_NANOS);
                contender.note(Spent.by(server).since(before));
            }
        }
        contenders.forEach(Contender::print);
        System.out.println("load " + Files.readString(Path.of("/proc/loadavg")).trim());
    }

    /** Makes a connection. */
    private interface Opener {
        Requests open() throws Exception;
    }

    /** A connection with requests on it, which are answered in their order. */
    private interface Requests {
        void send() throws Exception;

        void receive() throws Exception;
    }

    /** What both processes have spent. */
    private record Spent(long nanos, long switches, long migrations) {
        private static final Pattern SWITCHES = Pattern.compile("ctxt_switches:\\s+(\\d+)");
        private static final Pattern MIGRATIONS = Pattern.compile("nr_migrations\\s*:\\s*(\\d+)");

        static Spent by(long server) throws IOException {
            long nanos = 0;
            long switches = 0;
            long migrations = 0;
            for (long process : new long[] {ProcessHandle.current().pid(), server}) {
                try (var tasks = Files.newDirectoryStream(Path.of("/proc/" + process + "/task"))) {
                    for (Path task : tasks) {
                        try {
                            if (Files.readString(task.resolve("comm")).contains("CompilerThre")) {
                                // One of 1 MiB each comes so seldom that they are at work for minutes.
                                continue;
                            }
                            nanos += Long.parseLong(Files.readString(task.resolve("schedstat")).split(" ")[0]);
                            switches += sum(SWITCHES, task.resolve("status"));
                            migrations += sum(MIGRATIONS, task.resolve("sched"));
                        } catch (IOException e) {
                            // The thread has ended meanwhile, or the kernel does not count that.
                            continue;
                        }
                    }
                }
            }
            return new Spent(nanos, switches, migrations);
        }

        private static long sum(Pattern number, Path file) throws IOException {
            long sum = 0;
            Matcher found = number.matcher(Files.readString(file));
            while (found.find()) {
                sum += Long.parseLong(found.group(1));
            }
            return sum;
        }

        Spent since(Spent before) {
            return new Spent(nanos - before.nanos, switches - before.switches, migrations - before.migrations);
        }
    }

    /** One that is measured, and what was measured so far. */
    private static final class Contender {
        private final String name;
        private final int bytes;
        private final int outstanding;
        private final Requests requests;
        private final long[] times = new long[MOST_TIMES];
        private int count;
        private long nanos;
        private final List<double[]> figures = new ArrayList<>();

        Contender(String name, int bytes, int outstanding, Requests requests) {
            this.name = name;
            this.bytes = bytes;
            this.outstanding = outstanding;
            this.requests = requests;
        }

        void run(long forNanos) throws Exception {
            ArrayDeque<Long> begun = new ArrayDeque<>();
            long begin = System.nanoTime();
            long now = begin;
            count = 0;
            for (int i = 0; i < outstanding; i++) {
                begun.add(begin);
                requests.send();
            }
            while (!begun.isEmpty()) {
                requests.receive();
                now = System.nanoTime();
                times[count++ % MOST_TIMES] = now - begun.remove();
                if (now - begin < forNanos) {
                    begun.add(now);
                    requests.send();
                }
            }
            nanos = now - begin;
        }

        void note(Spent spent) {
            int n = Math.min(count, MOST_TIMES);
            Arrays.sort(times, 0, n);
            figures.add(new double[] {times[n / 2] / 1e3, times[(int) (n * 99L / 100)] / 1e3,
                (double) count * bytes / nanos, spent.nanos() / 1e3 / count,
                spent.nanos() / 1e9 / ((double) count * bytes / (1 << 30)), (double) spent.switches() / count,
                (double) spent.migrations() / count});
        }

        void print() {
            System.out.printf("%-20s p50 %s p99 %.1f us  %s GB/s  cpu %.1f us/request %.2f s/GiB  switches %.2f moves"
                    + " %.3f%n", name, spread(0), median(1), spread(2), median(3), median(4), median(5), median(6));
        }

        private double median(int figure) {
            double[] sorted = figures.stream().mapToDouble(each -> each[figure]).sorted().toArray();
            return sorted[sorted.length / 2];
        }

        private String spread(int figure) {
            double[] sorted = figures.stream().mapToDouble(each -> each[figure]).sorted().toArray();
            return String.format("%.2f [%.2f..%.2f]", median(figure), sorted[0], sorted[sorted.length - 1]);
        }
    }

    // ---- the other process

    private static void serve() throws Exception {
        TcpWire wire = new TcpWire(TcpWireConfig.DEFAULT);
        Nic nic = new Nic(wire);
        ExecutorService executor = Executors.newFixedThreadPool(2);
        ScheduledExecutorService scheduler = Executors.newSingleThreadScheduledExecutor();
        String echoes = nic.listen("127.0.0.1:0", request -> {
            try {
                request.accept(new End(nic, true).pair);
            } catch (IOException e) {
                request.reject(e.toString());
            }
        }).address();
        LwioServer server = new LwioServer(nic, LwioServerConfig.DEFAULT, (key, session, through, checksummed) ->
                new Bytes(), new ManyConnectionsServer.KnownKeys(), executor, scheduler, new SecureRandom());
        ServerSocketChannel plain = ServerSocketChannel.open();
        plain.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
        System.out.println(echoes + " " + server.listen("127.0.0.1:0") + " "
                + ((InetSocketAddress) plain.getLocalAddress()).getPort());
        while (true) {
            SocketChannel accepted = plain.accept();
            Thread thread = new Thread(() -> servePlainly(accepted));
            thread.setDaemon(true);
            thread.start();
        }
    }

    /** The same bytes wherever one reads. */
    private static final class Bytes implements RegisteredFile {
        private final ByteBuffer bytes = ByteBuffer.allocateDirect(LARGEST);

        @Override
        public void read(long offset, ByteBuffer destination, int[] pieceCrcs, IoResult result) {
            int length = destination.remaining();
            destination.put(destination.position(), bytes, 0, length);
            result.complete(LwioStatus.SUCCESS, length);
        }

        @Override
        public void write(long offset, ByteBuffer source, int[] pieceCrcs, IoResult result) {
            // Nobody reads what was written.
            int length = source.remaining();
            bytes.put(0, source, source.position(), length);
            result.complete(LwioStatus.SUCCESS, length);
        }

        @Override
        public void close() {
            // It is memory.
        }
    }

    private static void servePlainly(SocketChannel channel) {
        ByteBuffer request = ByteBuffer.allocateDirect(MESSAGE_BYTES);
        ByteBuffer bytes = ByteBuffer.allocateDirect(LARGEST);
        try (channel) {
            channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
            while (fill(channel, request.clear())) {
                int incoming = request.getInt(Integer.BYTES);
                if (incoming > 0 && !fill(channel, bytes.clear().limit(incoming))) {
                    throw new EOFException("the stream ends within " + incoming + " bytes");
                }
                send(channel, bytes.clear().limit(request.getInt(0)));
            }
        } catch (IOException e) {
            System.err.println("a plain connection ends: " + e);
        }
    }

    private static void send(SocketChannel channel, ByteBuffer bytes) throws IOException {
        while (bytes.hasRemaining()) {
            channel.write(bytes);
        }
    }

    private static boolean fill(SocketChannel channel, ByteBuffer buffer) throws IOException {
        while (buffer.hasRemaining()) {
            if (channel.read(buffer) < 0) {
                return false;
            }
        }
        return true;
    }

    // ---- connections

    /** Blocking channels; every request has the length of its answer in front, and then of what follows it. */
    private static class Plain implements Requests {
        final SocketChannel channel;
        final ByteBuffer request = ByteBuffer.allocateDirect(MESSAGE_BYTES);
        private final ByteBuffer answer;

        Plain(InetSocketAddress address, int bytes, boolean echo) throws IOException {
            channel = SocketChannel.open(address);
            channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
            answer = ByteBuffer.allocateDirect(bytes);
            request.putInt(0, echo ? MESSAGE_BYTES : bytes);
        }

        @Override
        public void send() throws IOException {
            TcpMeasure.send(channel, request.clear());
        }

        @Override
        public void receive() throws IOException {
            if (!fill(channel, answer.clear())) {
                throw new IOException("the server has closed the connection");
            }
        }
    }

    /** Reads by LWIO. */
    private static class Reading implements Requests {
        private final LwioConnection connection;
        final LwioIo io;
        final int fid;
        private final int bytes;
        private final ArrayDeque<ByteBuffer> buffers = new ArrayDeque<>();
        private final ArrayDeque<CompletableFuture<Integer>> answers = new ArrayDeque<>();

        Reading(Nic nic, String address, int bytes, boolean polls) throws IOException {
            byte[] key = Guid.bytesOf(UUID.randomUUID());
            connection = LwioClient.connect(nic, address, LwioClientConfig.DEFAULT, UUID.nameUUIDFromBytes(key), key,
                    ManyConnectionsServer.KnownKeys.secret(key));
            io = polls ? connection.polling() : connection;
            fid = connection.register(MemoryFiles.key(1), Set.of());
            this.bytes = bytes;
        }

        @Override
        public void send() {
            ByteBuffer buffer = answers.size() == buffers.size() ? ByteBuffer.allocateDirect(bytes) : buffers.remove();
            buffers.add(buffer);
            answers.add(begin(buffer.clear()));
        }

        CompletableFuture<Integer> begin(ByteBuffer buffer) {
            return io.read(fid, 0, buffer, null);
        }

        @Override
        public void receive() throws Exception {
            CompletableFuture<Integer> answer = answers.remove();
            if (!connection.await(answer, PATIENCE_MS) || answer.get() != bytes) {
                throw new IOException("no answer");
            }
        }
    }

    /** The same, of writes. */
    private static final class Writing extends Reading {

        Writing(Nic nic, String address, int bytes) throws IOException {
            super(nic, address, bytes, false);
        }

        @Override
        CompletableFuture<Integer> begin(ByteBuffer buffer) {
            return io.write(fid, 0, buffer, null);
        }
    }

    /** Blocking channels that carry bytes to the other end. */
    private static final class PlainWriting extends Plain {
        private final ByteBuffer bytes;

        PlainWriting(InetSocketAddress address, int bytes) throws IOException {
            super(address, MESSAGE_BYTES, true);
            this.bytes = ByteBuffer.allocateDirect(bytes);
            request.putInt(Integer.BYTES, bytes);
        }

        @Override
        public void send() throws IOException {
            super.send();
            TcpMeasure.send(channel, bytes.clear());
        }
    }

    /** Echoes by a queue pair, whose caller waits. */
    private static final class Echo implements Requests {
        private final End end;
        private final ByteBuffer message = ByteBuffer.allocateDirect(MESSAGE_BYTES);
        private final WorkRequest work = new WorkRequest();

        Echo(Nic nic, String address) throws IOException {
            end = new End(nic, false);
            nic.connect(end.pair, address);
        }

        @Override
        public void send() throws VerbsException {
            end.answer = new CompletableFuture<>();
            end.pair.postSend(work.send(0).inline(message, 0, MESSAGE_BYTES));
        }

        @Override
        public void receive() throws Exception {
            if (!end.pair.await(end.answer, TimeUnit.MILLISECONDS.toNanos(PATIENCE_MS))) {
                throw new IOException("no echo");
            }
        }
    }

    /** Either end of it, served by its doorbell. */
    private static final class End {
        private static final int RECEIVES = 16;

        private final CompletionQueue completions;
        private final WorkCompletion[] batch = WorkCompletion.batch(RECEIVES);
        private final WorkRequest work = new WorkRequest();
        private final MemoryRegion memory;
        private final QueuePair pair;
        private final boolean echoes;
        private volatile CompletableFuture<Void> answer = new CompletableFuture<>();

        End(Nic nic, boolean echoes) throws IOException {
            this.echoes = echoes;
            ProtectionDomain domain = nic.allocateDomain();
            completions = nic.createCompletionQueue();
            memory = domain.allocate(RECEIVES * MESSAGE_BYTES, Set.of(AccessRight.LOCAL_WRITE));
            pair = nic.createQueuePair(new QueuePairOptions(domain, completions, completions, 64, RECEIVES, this));
            for (int i = 0; i < RECEIVES; i++) {
                pair.postReceive(i, memory, i * MESSAGE_BYTES, MESSAGE_BYTES);
            }
            completions.arm(byWire -> drain());
        }

        private void drain() {
            do {
                for (int n = completions.poll(batch); n > 0; n = completions.poll(batch)) {
                    for (int i = 0; i < n; i++) {
                        take(batch[i]);
                    }
                }
            } while (!completions.arm(byWire -> drain()));
        }

        private void take(WorkCompletion completion) {
            if (completion.opcode() != WorkOpcode.RECEIVE || completion.status() != WorkStatus.SUCCESS) {
                return;
            }
            int at = (int) completion.id() * MESSAGE_BYTES;
            try {
                if (echoes) {
                    pair.postSend(work.send(0).inline(memory.buffer(), at, MESSAGE_BYTES));
                }
                pair.postReceive(completion.id(), memory, at, MESSAGE_BYTES);
                answer.complete(null);
            } catch (VerbsException e) {
                answer.completeExceptionally(e);
            }
        }
    }
}
