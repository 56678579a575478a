package io.batonfs.server.local;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.batonfs.catalog.Catalog;
import io.batonfs.catalog.CatalogRequest;
import io.batonfs.catalog.Command;
import io.batonfs.catalog.Reply;
import io.batonfs.model.BatonException;
import io.batonfs.model.Caller;
import io.batonfs.model.ErrorCode;
import io.batonfs.model.Invocation;
import io.batonfs.server.storage.HostSpace;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/** Which commands reach the catalog when the file system of its log has so much room. */
class SpaceGuardedCatalogTest {
    private static final Path PLACE = Path.of("/some/catalog");
    private static final long RESERVE = 1000;
    private static final Command ADDS = new Command.Mkdirs("/directory", 0755, true);
    private static final Command ENDS = new Command.Delete("/file", false);

    private final AtomicLong usable = new AtomicLong();
    private final List<Command> taken = new ArrayList<>();
    private final Catalog catalog = new SpaceGuardedCatalog(new Catalog() {
        @Override
        public Reply call(CatalogRequest request) {
            taken.add(request.command());
            return new Reply.Done();
        }

        @Override
        public <T> T read(Query<T> query) throws IOException {
            return query.ask(null);
        }

        @Override
        public void close() {
            // Nothing is open.
        }
    }, HostSpace.of(PLACE, usable::get, RESERVE));

    private void call(Command command) throws Exception {
        assertEquals(new Reply.Done(), catalog.call(new CatalogRequest(new Invocation(UUID.randomUUID(), 1),
                new Caller("alice", List.of(), false), 1, command)));
    }

    private void refuses(Command command) {
        BatonException refusal = assertThrows(BatonException.class, () -> call(command));
        assertEquals(ErrorCode.NO_SPACE, refusal.code());
        assertTrue(refusal.getMessage().startsWith("the catalog takes no changes: the file system of " + PLACE),
                refusal.getMessage());
    }

    @Test
    void whatTakesSpaceIsRefusedBeforeWhatEndsSomething() throws Exception {
        usable.set(RESERVE);
        call(ADDS);
        call(ENDS);
        usable.set(RESERVE - 1);
        refuses(ADDS);
        call(ENDS);
        usable.set(RESERVE / 2 - 1);
        refuses(ADDS);
        refuses(ENDS);
        assertEquals("asked", catalog.read(reader -> "asked"), "reading needs no room");
        usable.set(RESERVE);
        call(ADDS);
        assertEquals(List.of(ADDS, ENDS, ENDS, ADDS), taken);
    }

    @Test
    void whateverTakesSomethingAwayMayUseHalfOfTheReserve() throws Exception {
        usable.set(RESERVE / 2);
        List<Command> frees = List.of(ENDS, new Command.Truncate("/file", 0), new Command.RemoveXattr("/file", "user.x"),
                new Command.DeleteSnapshot("/directory", "s"), new Command.Housekeep(1));
        for (Command command : frees) {
            call(command);
        }
        assertEquals(frees, taken);
    }
}
