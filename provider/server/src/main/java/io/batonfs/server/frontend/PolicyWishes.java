package io.batonfs.server.frontend;

import io.batonfs.catalog.CatalogReader;
import io.batonfs.catalog.Command;
import io.batonfs.catalog.PolicyStep;
import io.batonfs.catalog.PolicyWish;
import io.batonfs.catalog.Reply;
import io.batonfs.catalog.WalkPosition;
import io.batonfs.catalog.WantedExtent;
import io.batonfs.model.ExtentId;
import io.batonfs.model.ServerId;
import io.batonfs.server.grants.WantedPlaces;
import java.io.IOException;
import java.util.List;
import java.util.Optional;

/**
 * Finds what {@code satisfyStoragePolicy} was called for, and tells storage servers of it (POOL-7). A step looks at a bounded
 * part of a tree and is one command, which also says how far it has come: so a tree of any size holds nobody up, and the
 * next process goes on where one was killed. Stateless; thread-safe.
 */
final class PolicyWishes implements WantedPlaces {
    /** Of one round of background work. */
    private static final int STEPS = 100;

    private final CatalogCalls calls;

    PolicyWishes(CatalogCalls calls) {
        this.calls = calls;
    }

    /** Goes on with what is not found wholly yet. */
    void find() throws IOException {
        int steps = 0;
        for (PolicyWish wish : calls.read(CatalogReader::policyWishes)) {
            Optional<WalkPosition> at = Optional.of(wish.position());
            while (at.isPresent() && steps < STEPS && !Thread.currentThread().isInterrupted()) {
                at = step(wish.path(), at.get());
                steps++;
            }
        }
    }

    private Optional<WalkPosition> step(String path, WalkPosition from) throws IOException {
        PolicyStep step = calls.read(reader -> reader.policyStep(new PolicyWish(path, from)));
        calls.submitOwn(new Command.WantExtents(path, from, step.reached(), step.extents()), Reply.Done.class);
        return step.reached();
    }

    @Override
    public List<WantedExtent> wanted(ServerId server, Optional<ExtentId> after, int limit) throws IOException {
        return calls.read(reader -> reader.wanted(server, after, limit));
    }

    @Override
    public void placed(List<WantedExtent> extents) throws IOException {
        calls.submitOwn(new Command.ExtentsPlaced(extents), Reply.Done.class);
    }
}
