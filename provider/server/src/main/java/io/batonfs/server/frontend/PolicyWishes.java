package io.batonfs.server.frontend;

import io.batonfs.catalog.CatalogReader;
import io.batonfs.catalog.Command;
import io.batonfs.catalog.PolicyStep;
import io.batonfs.catalog.PolicyWish;
import io.batonfs.catalog.Reply;
import io.batonfs.catalog.SeenDirectory;
import io.batonfs.catalog.WalkPosition;
import io.batonfs.catalog.WantedExtent;
import io.batonfs.catalog.WantedNow;
import io.batonfs.catalog.WantedPart;
import io.batonfs.catalog.WantedPosition;
import io.batonfs.model.BatonException;
import io.batonfs.model.ErrorCode;
import io.batonfs.model.ExtentId;
import io.batonfs.model.ServerId;
import io.batonfs.server.grants.WantedPlaces;
import java.io.IOException;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Finds what {@code satisfyStoragePolicy} was called for, and tells storage servers of it (POOL-7). A step looks at a bounded
 * part of a tree and is one command, which also says how far it has come: so a tree of any size holds nobody up, and the
 * next process goes on where one was killed. All wishes get the same share of a round, and one that can't go on holds up no
 * other.
 *
 * <p>What is remembered, only saves work: which shared directories a walk has seen all of, of the steps that were surely
 * applied. It belongs to the thread of {@link #find}; the other methods are thread-safe.
 */
final class PolicyWishes implements WantedPlaces {
    private static final Logger LOG = LoggerFactory.getLogger(PolicyWishes.class);
    /** Of one round of background work. */
    private static final int STEPS = 100;
    /** Shared directories that are remembered, of all walks together. */
    private static final int MOST_SEEN = 200_000;

    private static final int NOBODY = -1;
    /** Failures of the catalog, and not of a wish. */
    private static final Set<ErrorCode> NOT_THE_WISHES = EnumSet.of(ErrorCode.AGAIN, ErrorCode.BUSY, ErrorCode.NOT_LEADER,
            ErrorCode.UNREACHABLE, ErrorCode.OUTCOME_UNKNOWN);

    private final CatalogCalls calls;
    private Map<Long, Walked> walks = new HashMap<>();
    private long lastNumber;

    private static final class Walked {
        private WalkPosition position = WalkPosition.START;
        private Set<SeenDirectory> seen = new HashSet<>();
        /** Whether the log has been told that it could not go on; until it can. */
        private boolean failed;
        /** Whether the log has been told that not all was entered. */
        private boolean toldTooDeep;
    }

    PolicyWishes(CatalogCalls calls) {
        this.calls = calls;
    }

    /** Goes on with what is not found wholly yet, each a part, those first that were not looked at in the round before. */
    void find() throws IOException {
        List<PolicyWish> wishes = calls.read(CatalogReader::policyWishes).stream()
                .sorted(Comparator.comparing((PolicyWish wish) -> wish.number() <= lastNumber)
                        .thenComparing(PolicyWish::number)).toList();
        Map<Long, Walked> going = new HashMap<>();
        wishes.forEach(wish -> going.put(wish.number(), walks.getOrDefault(wish.number(), new Walked())));
        walks = going;
        int left = STEPS;
        for (int n = 0; n < wishes.size() && left > 0; n++) {
            int share = Math.max(1, left / (wishes.size() - n));
            int steps = find(wishes.get(n), share);
            left = steps == NOBODY ? 0 : left - steps;
            lastNumber = wishes.get(n).number();
        }
    }

    /** The steps that it took; {@link #NOBODY} if no other can go on either. */
    private int find(PolicyWish wish, int most) {
        Walked walked = walks.get(wish.number());
        if (!walked.position.equals(wish.position())) {
            // Another process has gone on with it, or it is not known what became of a step.
            walked.seen = new HashSet<>();
            walked.position = wish.position();
        }
        int steps = 0;
        try {
            Optional<WalkPosition> at = Optional.of(wish.position());
            while (at.isPresent() && steps < most && !Thread.currentThread().isInterrupted()) {
                steps++;
                at = step(new PolicyWish(wish.path(), wish.number(), at.get()), walked);
            }
        } catch (IOException | RuntimeException e) {
            walked.seen = new HashSet<>();
            if (e instanceof BatonException baton && NOT_THE_WISHES.contains(baton.code())) {
                // Each waits for as long as a command may take.
                LOG.debug("What is wanted in other pools is looked for in the next round", e);
                return NOBODY;
            }
            if (!Thread.currentThread().isInterrupted()) {
                if (!walked.failed) {
                    walked.failed = true;
                    LOG.warn("What is wanted in other pools at {} can't be looked for at the moment; it is tried again: {}",
                            wish.path(), e.toString());
                }
                LOG.debug("The cause", e);
            }
        }
        return steps;
    }

    private Optional<WalkPosition> step(PolicyWish wish, Walked walked) throws IOException {
        Set<SeenDirectory> seen = walked.seen;
        PolicyStep step = calls.read(reader -> reader.policyStep(wish, seen));
        calls.submitOwn(new Command.WantExtents(wish, step.reached(), step.extents()), Reply.Done.class);
        walked.position = step.reached().orElse(WalkPosition.START);
        if (walks.values().stream().mapToInt(walk -> walk.seen.size()).sum() + step.seen().size() <= MOST_SEEN) {
            seen.addAll(step.seen());
        }
        walked.failed = false;
        if (step.tooDeep() && !walked.toldTooDeep) {
            walked.toldTooDeep = true;
            LOG.warn("What is wanted in other pools at {} is not found wholly: directories deeper than {} names are left out;"
                    + " ask for those below it", wish.path(), WalkPosition.MAX_NAMES);
        }
        return step.reached();
    }

    @Override
    public WantedPart wanted(ServerId server, Optional<WantedPosition> after, int limit) throws IOException {
        return calls.read(reader -> reader.wanted(server, after, limit));
    }

    @Override
    public Optional<WantedNow> now(ServerId server, ExtentId extent) throws IOException {
        return calls.read(reader -> reader.wantedNow(server, extent));
    }

    @Override
    public void placed(ServerId server, List<WantedExtent> placed, List<WantedExtent> refused) throws IOException {
        calls.submitOwn(new Command.ExtentsPlaced(server, placed, refused), Reply.Done.class);
    }
}
