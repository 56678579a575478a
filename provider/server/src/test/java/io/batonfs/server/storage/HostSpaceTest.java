package io.batonfs.server.storage;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.batonfs.model.BatonException;
import io.batonfs.model.ErrorCode;
import io.batonfs.model.Epoch;
import io.batonfs.model.ExtentId;
import io.batonfs.model.VolumeId;
import io.batonfs.pages.IoCompletion;
import io.batonfs.pages.PageEngine;
import io.batonfs.pages.ReadRequest;
import io.batonfs.pages.WriteRequest;
import java.io.IOException;
import java.lang.reflect.Proxy;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/** What is let through to the devices when their file system has so much room. */
class HostSpaceTest {
    private static final Path PLACE = Path.of("/some/place");
    private static final long RESERVE = 1000;

    private final AtomicLong usable = new AtomicLong();
    private final HostSpace space = HostSpace.of(PLACE, usable::get, RESERVE);
    private final List<String> passed = new ArrayList<>();
    private final PageEngine engine = new SpaceGuardedEngine((PageEngine) Proxy.newProxyInstance(
            PageEngine.class.getClassLoader(), new Class<?>[] {PageEngine.class}, (proxy, method, arguments) -> {
                passed.add(method.getName());
                return null;
            }), space);

    /** Keeps what a write was refused by. */
    private static final class Refusals implements IoCompletion {
        private final List<BatonException> all = new ArrayList<>();

        @Override
        public void completed() {
            throw new AssertionError("nothing is completed here");
        }

        @Override
        public void failed(BatonException cause) {
            all.add(cause);
        }
    }

    @Test
    void theLastByteOfTheReserveDecides() {
        usable.set(RESERVE);
        assertTrue(space.shortage().isEmpty());
        usable.set(RESERVE - 1);
        assertTrue(space.shortage().orElseThrow().contains(PLACE + " has 999 bytes left, of which 1000 are reserved; free"));
        assertTrue(space.shortage(2).isEmpty());
        usable.set(RESERVE / 2 - 1);
        assertTrue(space.shortage(2).isPresent());
    }

    @Test
    void whatIsAddedIsWatchedToo() throws IOException {
        usable.set(Long.MAX_VALUE);
        HostSpace all = HostSpace.of(PLACE, usable::get, Long.MAX_VALUE);
        Path real = Path.of("").toAbsolutePath();
        assertTrue(all.shortage().isEmpty());
        assertTrue(all.shortageIn(List.of()).isEmpty());
        assertTrue(all.shortageIn(List.of(real)).orElseThrow().contains(real.toString()));
        assertTrue(all.shortage().isEmpty(), "asking watches nothing");
        all.watch(List.of(real));
        assertTrue(all.shortage().orElseThrow().contains(real.toString()));
    }

    @Test
    void whatNobodyGrowsInIsNotWatchedAnyMore() throws IOException {
        usable.set(RESERVE);
        HostSpace all = HostSpace.of(PLACE, usable::get, RESERVE);
        all.watch(List.of(Path.of("/proc")));
        assertTrue(all.shortage().orElseThrow().contains("/proc has 0 bytes left"), "it has room for nothing");
        all.watchOnly(List::of);
        assertTrue(all.shortage().isEmpty());
        usable.set(0);
        assertTrue(all.shortage().orElseThrow().contains(PLACE.toString()));
    }

    @Test
    void noReserveNeverRefuses() {
        assertTrue(HostSpace.of(PLACE, () -> 0, 0).shortage().isEmpty());
    }

    @Test
    void whatCannotBeAskedIsShort() {
        HostSpace broken = HostSpace.of(PLACE, () -> {
            throw new IOException("gone");
        }, RESERVE);
        assertTrue(broken.shortage().orElseThrow().contains(PLACE + " can't be asked"), broken.shortage().toString());
    }

    @Test
    void writesAreRefusedWhileItIsShortAndNothingElseIs() throws IOException {
        usable.set(0);
        Refusals refusals = new Refusals();
        WriteRequest write = new WriteRequest(new VolumeId(1), 0, new ExtentId(1), new Epoch(1), ByteBuffer.allocate(8),
                new int[1], false);
        engine.write(write, refusals);
        assertEquals(List.of(), passed);
        assertEquals(ErrorCode.NO_SPACE, refusals.all.get(0).code());
        assertTrue(refusals.all.get(0).getMessage().contains(PLACE.toString()));

        engine.read(new ReadRequest(new VolumeId(1), 0, ByteBuffer.allocate(8), new int[1]), refusals);
        engine.seal(new ExtentId(1), 8, true);
        engine.fence(new ExtentId(1), new Epoch(2));
        engine.free(new ExtentId(1));
        assertEquals(List.of("read", "seal", "fence", "free"), passed);

        usable.set(RESERVE);
        engine.write(write, refusals);
        assertEquals("write", passed.get(4));
        assertEquals(1, refusals.all.size());
    }
}
