package io.batonfs.server.storage;

import io.batonfs.model.BatonException;
import io.batonfs.model.Epoch;
import io.batonfs.model.Extent;
import io.batonfs.model.ExtentId;
import io.batonfs.model.GroupId;
import io.batonfs.model.PageGeometry;
import io.batonfs.model.PageRun;
import io.batonfs.model.ServerId;
import io.batonfs.model.VolumeId;
import io.batonfs.pages.IoCompletion;
import io.batonfs.pages.LocalPageEngine;
import io.batonfs.pages.ReadRequest;
import io.batonfs.pages.WriteRequest;
import io.batonfs.pools.FileBlockDevice;
import io.batonfs.pools.Pool;
import io.batonfs.pools.PoolConfig;
import io.batonfs.pools.StorageSet;
import io.batonfs.pools.StorageSetConfig;
import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.zip.CRC32C;

/** A page engine over real pools on four small device files, and calls that a test finds handy. */
final class EngineOnFiles implements AutoCloseable {
    static final PageGeometry GEOMETRY = new PageGeometry(4096, 2);
    static final int PAGE = GEOMETRY.pageBytes();
    static final ServerId SERVER = new ServerId(1);
    static final VolumeId VOLUME = VolumeId.of(0, 1);

    private static final GroupId GROUP = new GroupId(new UUID(7, 7));
    private static final int DEVICES = 4;

    private final Path directory;
    private final ExecutorService io = Executors.newFixedThreadPool(2);
    private final ExecutorService control = Executors.newSingleThreadExecutor();
    private final AtomicInteger failingFrees = new AtomicInteger();
    private StorageSet set;
    private LocalPageEngine engine;

    /** Formats the devices. */
    EngineOnFiles(Path directory, long deviceBytes, PoolConfig... pools) throws IOException {
        this.directory = directory;
        List<FileBlockDevice> devices = new ArrayList<>();
        for (int n = 0; n < DEVICES; n++) {
            devices.add(FileBlockDevice.create(device(n), deviceBytes));
        }
        StorageSet.format(new StorageSetConfig(List.of(pools)), devices, GROUP, SERVER, new Random(1));
        open(devices);
    }

    private Path device(int n) {
        return directory.resolve("dev" + n);
    }

    private void open(List<FileBlockDevice> devices) throws IOException {
        set = StorageSet.open(devices, GROUP, SERVER);
        engine = LocalPageEngine.open(GROUP, GEOMETRY, set.pools().stream().map(this::used).toList(), io, control);
    }

    /** As the engine sees a pool. */
    private Pool used(Pool pool) {
        return (Pool) Proxy.newProxyInstance(Pool.class.getClassLoader(), new Class<?>[] {Pool.class},
                (proxy, method, arguments) -> {
                    if (method.getName().equals("equals")) {
                        return proxy == arguments[0];
                    }
                    if (method.getName().equals("free") && failingFrees.getAndUpdate(left -> Math.max(0, left - 1)) > 0) {
                        throw new IOException("for a test");
                    }
                    try {
                        return method.invoke(pool, arguments);
                    } catch (InvocationTargetException e) {
                        throw e.getCause();
                    }
                });
    }

    /** The next so many segments that are given back can't be. */
    void failFrees(int count) {
        failingFrees.set(count);
    }

    /** Ends the engine, does something to the pools, and opens another one on the same devices. */
    void restart(Meanwhile meanwhile) throws IOException {
        engine.close();
        meanwhile.change(set);
        set.close();
        List<FileBlockDevice> devices = new ArrayList<>();
        for (int n = 0; n < DEVICES; n++) {
            devices.add(FileBlockDevice.open(device(n)));
        }
        open(devices);
    }

    /** What becomes of pools between two starts. */
    @FunctionalInterface
    interface Meanwhile {
        void change(StorageSet set) throws IOException;
    }

    LocalPageEngine engine() {
        return engine;
    }

    StorageSet set() {
        return set;
    }

    /** An open extent as the catalog gives it out. */
    static Extent extent(long number, long firstPage, int pages) {
        return new Extent(ExtentId.of(0, number), new PageRun(VOLUME, firstPage, pages), Epoch.FIRST, false);
    }

    /** What a test writes to an extent: any part of it. */
    static byte[] data(Extent extent, int offset, int length) {
        byte[] all = new byte[extent.pages().pages() * PAGE];
        new Random(extent.id().number()).nextBytes(all);
        return Arrays.copyOfRange(all, offset, offset + length);
    }

    static int crc(byte[] data) {
        CRC32C crc = new CRC32C();
        crc.update(data);
        return (int) crc.getValue();
    }

    /** Appends some of {@link #data}, a block at a time. */
    void write(Extent extent, int offset, int length) {
        int block = GEOMETRY.blockBytes();
        for (int at = offset; at < offset + length;) {
            byte[] piece = data(extent, at, Math.min(block - at % block, offset + length - at));
            Answer written = new Answer();
            engine.write(new WriteRequest(VOLUME, address(extent, at), extent.id(), Epoch.FIRST, ByteBuffer.wrap(piece),
                    new int[] {crc(piece)}, false), written);
            written.future.join();
            at += piece.length;
        }
    }

    /** Bytes of one page. */
    byte[] read(Extent extent, int offset, int length) {
        Answer read = new Answer();
        byte[] to = new byte[length];
        engine.read(new ReadRequest(VOLUME, address(extent, offset), ByteBuffer.wrap(to),
                new int[GEOMETRY.blocksTouched(offset, length)]), read);
        read.future.join();
        return to;
    }

    private static long address(Extent extent, int offset) {
        return GEOMETRY.addressOf(extent.pages().firstPage()) + offset;
    }

    /** Names of the pools that an extent's pages are in, in their order, with a space between them. */
    String poolsOf(Extent extent) {
        List<String> pools = new ArrayList<>();
        for (Pool pool : set.pools()) {
            pool.segments().stream().filter(segment -> segment.identity().extent().equals(extent.id()))
                    .forEach(segment -> pools.add(pool.name()));
        }
        return String.join(" ", pools.stream().sorted().toList());
    }

    @Override
    public void close() throws IOException {
        try {
            engine.close();
            set.close();
        } finally {
            io.shutdown();
            control.shutdown();
        }
    }

    private static final class Answer implements IoCompletion {
        private final CompletableFuture<Void> future = new CompletableFuture<>();

        @Override
        public void completed() {
            future.complete(null);
        }

        @Override
        public void failed(BatonException cause) {
            future.completeExceptionally(cause);
        }
    }
}
