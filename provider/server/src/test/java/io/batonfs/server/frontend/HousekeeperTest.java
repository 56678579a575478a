package io.batonfs.server.frontend;

import static io.batonfs.server.frontend.FrontendFixture.ALICE;
import static io.batonfs.server.frontend.FrontendFixture.SERVER;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.batonfs.catalog.Catalog;
import io.batonfs.catalog.CatalogRequest;
import io.batonfs.catalog.Command;
import io.batonfs.catalog.GroupSettings;
import io.batonfs.catalog.Reply;
import io.batonfs.model.BatonException;
import io.batonfs.model.ErrorCode;
import io.batonfs.model.ExtentId;
import io.batonfs.protocol.WriteGrant;
import java.io.IOException;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What fails in the background comes again, and holds up nothing else (CAT-7). The test runs each round, and has the clock. */
class HousekeeperTest {
    private static final Duration GRACE = Duration.ofMillis(GroupSettings.DEFAULT.freeGraceMs() + 1);
    /** More than are tried in a round. */
    private static final int MANY = 501;

    private final FrontendFixture fixture = new FrontendFixture();
    private final List<String> tried = new ArrayList<>();
    private Instant now = Instant.parse("2026-01-01T00:00:00Z");
    private Class<? extends Command> refused = Command.FlattenAll.class;
    private boolean broken;
    private final ByHand executor = new ByHand();
    private Runnable round;

    HousekeeperTest() throws IOException {
    }

    /** Runs nothing by itself. */
    private final class ByHand extends ScheduledThreadPoolExecutor {
        ByHand() {
            super(1);
        }

        @Override
        public ScheduledFuture<?> scheduleWithFixedDelay(Runnable command, long first, long delay, TimeUnit unit) {
            round = command;
            return schedule(() -> { }, 1, TimeUnit.DAYS);
        }
    }

    /** The fixture's, which takes no commands of one kind. */
    private final class Refusing implements Catalog {
        @Override
        public Reply call(CatalogRequest request) throws IOException {
            if (broken && request.command() instanceof Command.Housekeep) {
                tried.add("Housekeep");
                throw new StackOverflowError("for a test");
            }
            if (refused.isInstance(request.command())) {
                tried.add(refused.getSimpleName());
                throw new BatonException(ErrorCode.OUTCOME_UNKNOWN, "for a test");
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

    @BeforeEach
    void begin() throws IOException {
        Clock clock = new Clock() {
            @Override
            public Instant instant() {
                return now;
            }

            @Override
            public ZoneOffset getZone() {
                return ZoneOffset.UTC;
            }

            @Override
            public Clock withZone(ZoneId zone) {
                throw new UnsupportedOperationException("only asked for instants");
            }
        };
        CatalogCalls calls = new CatalogCalls(new Refusing(), clock, "root", UUID.randomUUID());
        ExtentOwners owners = new ExtentOwners(any -> fixture.owner);
        new Housekeeper(calls, owners, new LeaseRecovery(calls, owners),
                new SigningKeys(calls, new SecureRandom(), Duration.ofHours(12).toMillis()),
                new HoldingsCheck(calls, any -> fixture.owner, new ExtentMover(calls, any -> fixture.owner),
                        () -> List.of(SERVER), GRACE.toMillis()),
                new PolicyWishes(calls), executor, 500).begin();
    }

    @AfterEach
    void end() throws IOException {
        executor.shutdownNow();
        fixture.close();
    }

    /** Files that are deleted again, with what is left of them after the grace time, in the order in which it comes free. */
    private List<ExtentId> garbage(int files) throws IOException {
        List<ExtentId> extents = new ArrayList<>();
        for (int n = 0; n < files; n++) {
            WriteGrant grant = fixture.create("/home/alice/f" + n);
            fixture.service.close(fixture.call(ALICE), grant.file(), grant.lease(), fixture.written(grant, 100));
            extents.add(grant.extent().id());
        }
        for (int n = 0; n < files; n++) {
            fixture.service.delete(fixture.call(ALICE), "/home/alice/f" + n, false);
        }
        round.run();
        assertEquals(files, waiting(), "the grace time is not over");
        now = now.plus(GRACE);
        return extents;
    }

    private long waiting() throws IOException {
        return fixture.catalog.read(reader -> reader.figures()).freeWaiting();
    }

    @Test
    void anExtentThatCannotBeFreedKeepsNoOther() throws IOException {
        List<ExtentId> garbage = garbage(3);
        fixture.owner.keeps.add(garbage.get(0));
        round.run();
        assertEquals(1, waiting());
        fixture.owner.keeps.clear();
        round.run();
        assertEquals(1, waiting(), "not in every round");
        now = now.plusMillis(ExtentFreeing.AGAIN_MS);
        round.run();
        assertEquals(0, waiting());
        assertEquals(List.of(), fixture.owner.report());
    }

    @Test
    void manyThatCannotBeFreedKeepNoneOfThoseBehindThem() throws IOException {
        List<ExtentId> garbage = garbage(MANY + 1);
        fixture.owner.keeps.addAll(garbage.subList(0, MANY));
        round.run();
        round.run();
        assertEquals(MANY, waiting());
        fixture.owner.keeps.clear();
        now = now.plusMillis(ExtentFreeing.AGAIN_MS);
        round.run();
        round.run();
        assertEquals(0, waiting());
    }

    @Test
    void whatComesFreeWhileOthersWaitIsFreedInItsTime() throws IOException {
        fixture.owner.keeps.addAll(garbage(1));
        round.run();
        assertEquals(1, waiting());
        WriteGrant grant = fixture.create("/home/alice/later");
        fixture.service.close(fixture.call(ALICE), grant.file(), grant.lease(), fixture.written(grant, 100));
        fixture.service.delete(fixture.call(ALICE), "/home/alice/later", false);
        round.run();
        assertEquals(2, waiting());
        now = now.plus(GRACE);
        round.run();
        assertEquals(1, waiting());
    }

    @Test
    void whatTheCatalogWasNotToldIsToldAgain() throws IOException {
        garbage(2);
        refused = Command.ExtentsFreed.class;
        round.run();
        assertEquals(List.of("ExtentsFreed"), tried);
        assertEquals(2, waiting());
        refused = Command.FlattenAll.class;
        round.run();
        assertEquals(0, waiting());
    }

    /** Each waits for as long as a command may: by the next round it is due again. */
    @Test
    void aCatalogThatExpiresNothingDoesNotHoldFreeingUp() throws IOException {
        garbage(2);
        refused = Command.Housekeep.class;
        round.run();
        assertEquals(List.of("Housekeep"), tried);
        assertEquals(0, waiting());
    }

    @Test
    void anErrorEndsNoRoundsToComeAndHoldsUpNothingElse() throws IOException {
        garbage(2);
        broken = true;
        round.run();
        assertEquals(List.of("Housekeep"), tried);
        assertEquals(0, waiting());
    }

    @Test
    void anExtentThatIsMetWithAnErrorKeepsNoOther() throws IOException {
        List<ExtentId> garbage = garbage(3);
        fixture.owner.breaks.add(garbage.get(1));
        round.run();
        assertEquals(1, waiting());
        fixture.owner.breaks.clear();
        now = now.plusMillis(ExtentFreeing.AGAIN_MS);
        round.run();
        assertEquals(0, waiting());
    }

    /** As where the queue is longer than can be tried in the time after which it is begun anew. */
    @Test
    void howeverSlowRoundsAreTheQueueIsTriedToItsEnd() throws IOException {
        int unfreed = 2 * ExtentFreeing.BATCH + 1;
        List<ExtentId> garbage = garbage(unfreed + 1);
        fixture.owner.keeps.addAll(garbage.subList(0, unfreed));
        for (int rounds = 0; rounds < 3; rounds++) {
            round.run();
            now = now.plusMillis(ExtentFreeing.AGAIN_MS);
        }
        assertEquals(unfreed, waiting());
        assertEquals(unfreed, fixture.owner.report().size());
    }
}
