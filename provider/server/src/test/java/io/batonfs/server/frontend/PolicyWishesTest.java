package io.batonfs.server.frontend;

import static io.batonfs.server.frontend.FrontendFixture.ROOT;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.batonfs.catalog.Catalog;
import io.batonfs.catalog.CatalogReader;
import io.batonfs.catalog.CatalogRequest;
import io.batonfs.catalog.Reply;
import io.batonfs.model.BatonException;
import io.batonfs.model.ErrorCode;
import java.io.IOException;
import java.time.Clock;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** Several wishes, and a catalog that answers questions and takes no commands. */
class PolicyWishesTest {
    private static final int WISHES = 3;

    private final FrontendFixture fixture = new FrontendFixture();
    private ErrorCode failure;
    private int commands;

    PolicyWishesTest() throws IOException {
    }

    /** As where it has no leader for the moment. */
    private final class Failing implements Catalog {
        @Override
        public Reply call(CatalogRequest request) throws IOException {
            commands++;
            if (failure != null) {
                throw new BatonException(failure, "for a test");
            }
            return fixture.catalog.call(request);
        }

        @Override
        public <T> T read(Query<T> query) throws IOException {
            return fixture.catalog.read(query);
        }

        @Override
        public void close() {
            // The fixture's.
        }
    }

    @Test
    void aCatalogThatTakesNoCommandsIsTriedOnceARound() throws IOException {
        for (int n = 0; n < WISHES; n++) {
            fixture.service.mkdirs(fixture.call(ROOT), "/home/d" + n, 0755, 0, true);
            fixture.service.satisfyStoragePolicy(fixture.call(ROOT), "/home/d" + n);
        }
        PolicyWishes wishes = new PolicyWishes(
                new CatalogCalls(new Failing(), Clock.systemUTC(), "root", UUID.randomUUID()));
        failure = ErrorCode.OUTCOME_UNKNOWN;
        for (int round = 1; round <= 2; round++) {
            wishes.find();
            assertEquals(round, commands, "each takes as long as a command may");
        }
        failure = ErrorCode.INTERNAL;
        commands = 0;
        wishes.find();
        assertEquals(WISHES, commands, "what may be one wish's own holds up no other");
        failure = null;
        wishes.find();
        assertEquals(List.of(), fixture.catalog.read(CatalogReader::policyWishes));
        fixture.close();
    }
}
