package io.batonfs.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.batonfs.model.Caller;
import io.batonfs.model.Epoch;
import io.batonfs.model.ErrorCode;
import io.batonfs.model.PageGeometry;
import io.batonfs.model.PageRun;
import io.batonfs.model.Route;
import io.batonfs.model.ServerId;
import io.batonfs.model.VolumeId;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** The small parts by themselves. */
class PartsTest {
    private static final VolumeId VOLUME = VolumeId.of(0, 1);

    private static GrantedRoutes routes(Route... routes) {
        return new GrantedRoutes(List.of(routes));
    }

    private static Route route(long first, int pages, int server, long epoch) {
        return new Route(new PageRun(VOLUME, first, pages), List.of(new ServerId(server)), new Epoch(epoch));
    }

    @Test
    void aRouteGivesWayToAHigherEpochOnly() throws IOException {
        try (FakeGroup group = new FakeGroup(1, 2, 8, 4096)) {
            group.extents.add();
            ClientConfig config = ClientConfig.defaults();
            Calls calls = new Calls(group, new Caller("u", List.of(), false), new UUID(1, 2),
                    new Retries(config, group.time, new Random(1)));
            RoutingCache cache = new RoutingCache(calls, 100);
            assertEquals(1, cache.of(VOLUME, 5, routes(route(0, 8, 1, 5))).owner().value());
            assertEquals(1, cache.of(VOLUME, 5, routes(route(0, 8, 2, 4))).owner().value());
            assertEquals(1, cache.of(VOLUME, 5, routes(route(0, 8, 2, 5))).owner().value());
            assertEquals(2, cache.of(VOLUME, 5, routes(route(5, 1, 2, 6))).owner().value(), "an exception row");
            assertEquals(1, cache.of(VOLUME, 6, routes(route(0, 8, 1, 5))).owner().value());
            assertEquals(2, cache.of(VOLUME, 5, routes()).owner().value());
            Setup.fails(ErrorCode.INTERNAL, () -> cache.of(VOLUME, 7, routes(route(0, 7, 1, 9))));
            cache.refresh(new PageRun(VOLUME, 5, 3)); // the catalog says epoch 1: older than what is known
            assertEquals(2, cache.of(VOLUME, 5, routes()).owner().value());
            assertNotNull(cache.of(VOLUME, 7, routes()));
        }
    }

    @Test
    void aPoolKeepsItsBoundAndTakesNothingBackTwice() {
        BufferPool pool = new BufferPool(128 << 10, 256 << 10);
        ByteBuffer one = pool.tryTake();
        ByteBuffer two = pool.tryTake();
        assertNull(pool.tryTake());
        ByteBuffer spare = pool.take();
        assertEquals(64 << 10, spare.capacity());
        assertEquals(3, pool.out());
        pool.give(spare);
        assertNull(pool.tryTake());
        pool.give(one);
        one.position(7);
        assertSame(one, pool.tryTake());
        assertEquals(0, one.position());
        pool.give(one);
        pool.give(two);
        assertThrows(IllegalStateException.class, () -> pool.give(two));
    }

    @Test
    void theFirstWrongPieceIsFound() {
        PageGeometry geometry = new PageGeometry(512, 8);
        Random random = new Random(Setup.seed());
        for (int round = 0; round < 500; round++) {
            int address = random.nextInt(4096);
            byte[] bytes = new byte[1 + random.nextInt(3000)];
            random.nextBytes(bytes);
            ByteBuffer buffer = ByteBuffer.wrap(bytes);
            int[] crcs = Pieces.of(geometry, address, buffer);
            assertEquals(geometry.blocksTouched(address, bytes.length), crcs.length);
            assertEquals(-1, Pieces.firstWrong(geometry, address, buffer, crcs));
            int at = random.nextInt(bytes.length);
            bytes[at] ^= (byte) (1 << random.nextInt(8));
            int wrong = Pieces.firstWrong(geometry, address, buffer, crcs);
            assertEquals((address + at) / 512, (address + wrong) / 512);
            assertEquals(0, buffer.position());
        }
    }
}
