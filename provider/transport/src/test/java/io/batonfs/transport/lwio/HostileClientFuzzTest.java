package io.batonfs.transport.lwio;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.batonfs.transport.verbs.AccessRight;
import io.batonfs.transport.verbs.MemoryRegion;
import io.batonfs.transport.verbs.ProtectionDomain;
import java.io.IOException;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Clients that do anything at all beside an honest user whose every byte is checked (LW-16). A connection that broke no
 * rule stays and is answered, one that broke one ends, and in the end nothing is left. {@code -Dfuzz.seed=N} repeats a
 * run, {@code -Dfuzz.actions=N} makes it longer.
 */
@Timeout(600)
class HostileClientFuzzTest {
    private static final long ACTIONS = Long.getLong("fuzz.actions", 12_000);
    private static final long ENOUGH_FOR_EVERYTHING = 5_000;
    private static final int PEERS = 4;
    private static final long HONEST_FILE = 0x5EED_0000_0000_0001L;
    private static final int PAUSE_NANOS = 15_000;
    private static final int SETTLE_EVERY = 300;
    private static final LwioClientConfig HONEST = new LwioClientConfig(2 * FuzzStage.CREDITS, FuzzStage.IO_BYTES,
            FuzzStage.IO_BYTES, 512, 100, 500);

    @Test
    void aPeerHurtsOnlyItself() throws Exception {
        long seed = FuzzStage.seed();
        System.out.println("-Dfuzz.seed=" + seed + " -Dfuzz.actions=" + ACTIONS);
        play(seed, ACTIONS / 2, true);
        play(seed, ACTIONS / 2, false);
    }

    private static void play(long seed, long actions, boolean carriesImmediate) throws Exception {
        try (FuzzStage stage = new FuzzStage(seed, 2 * actions, carriesImmediate)) {
            new Play(stage, actions).run();
        } catch (RuntimeException | IOException e) {
            throw new AssertionError("-Dfuzz.seed=" + seed + " -Dfuzz.actions=" + 2 * actions, e);
        }
    }

    /** One run. */
    private static final class Play {
        private final FuzzStage stage;
        private final SplittableRandom random;
        private final long actions;
        private final LwioClient client;
        private final VerifyingUser honest;
        private final ProtectionDomain foreignDomain;
        private final MemoryRegion foreign;
        private final List<FuzzingClient> peers = new ArrayList<>();
        private final Map<FuzzingClient.Conduct, Integer> seen = new EnumMap<>(FuzzingClient.Conduct.class);

        Play(FuzzStage stage, long actions) throws IOException {
            this.stage = stage;
            this.actions = actions;
            random = stage.random.split();
            client = stage.newClient(HONEST);
            honest = new VerifyingUser(stage, client, HONEST_FILE, random.split()).connect();
            foreignDomain = stage.clientNic.allocateDomain();
            foreign = foreignDomain.allocate(8192, EnumSet.of(AccessRight.REMOTE_WRITE));
        }

        void run() throws Exception {
            for (long i = 0; i < actions; i++) {
                while (peers.size() < PEERS) {
                    FuzzingClient peer = FuzzingClient.connect(stage, random.split(), foreign);
                    if (peer != null) {
                        peers.add(peer.introduceItself());
                    }
                }
                FuzzingClient peer = peers.get(random.nextInt(peers.size()));
                peer.act();
                honest.step();
                if (random.nextInt(4) > 0) {
                    stage.pass(random.nextInt(PAUSE_NANOS));
                }
                peers.removeIf(this::isGone);
                if (i % SETTLE_EVERY == SETTLE_EVERY - 1) {
                    settle();
                }
            }
            settle();
            assertTrue(honest.done() > actions / 4, honest.done() + " of " + actions);
            assertTrue(ACTIONS < ENOUGH_FOR_EVERYTHING || seen.size() == FuzzingClient.Conduct.values().length,
                    seen.toString());
            assertTrue(ACTIONS < ENOUGH_FOR_EVERYTHING || stage.hasSeenBothSizes());
            System.out.println("  " + honest.done() + " I/Os of the honest user; peers' ends: " + seen);
            peers.forEach(FuzzingClient::leave);
            honest.leave();
            client.close();
            foreignDomain.close();
        }

        private boolean isGone(FuzzingClient peer) {
            boolean gone = peer.hasEnded() || peer.isOver();
            if (gone) {
                seen.merge(peer.conduct(), 1, Integer::sum);
                peer.leave();
            }
            return gone;
        }

        /** Lawful peers are answered, doomed ones end, the wild go; then only what is open is held. */
        private void settle() {
            for (FuzzingClient peer : peers) {
                if (peer.conduct() == FuzzingClient.Conduct.WILD) {
                    peer.leave();
                }
            }
            try {
                stage.until("lawful peers are answered, doomed ones end",
                        () -> peers.stream().allMatch(FuzzingClient::isSettled));
            } catch (AssertionError e) {
                throw new AssertionError(e.getMessage() + ": " + peers, e);
            }
            honest.finish();
            peers.removeIf(this::isGone);
            stage.until("the server has no other connections", () -> stage.server.connections() == 1 + peers.size());
            // Buffers of credits that were not wanted come back with the next requests.
            int unwanted = peers.size() * FuzzStage.CREDITS;
            stage.until("the server's read buffers are free",
                    () -> stage.server.buffersInUse() <= stage.server.creditsGranted() + unwanted);
            int fids = stage.server.openFids();
            stage.check(fids == stage.files.open.get(), fids + " Fids for " + stage.files.open.get() + " files");
            stage.check(stage.serverNic.openQueuePairs() == 1 + peers.size(), "queue pairs are left");
            for (int i = 0; i < foreign.lengthBytes(); i++) {
                stage.check(foreign.buffer().get(i) == 0, "memory of somebody else was written");
            }
            stage.checkNoErrors();
        }
    }
}
