package io.batonfs.server.frontend;

import io.batonfs.catalog.Command;
import io.batonfs.catalog.FreePart;
import io.batonfs.catalog.FreePosition;
import io.batonfs.catalog.PlacedExtent;
import io.batonfs.catalog.Reply;
import io.batonfs.model.BatonException;
import io.batonfs.model.ErrorCode;
import io.batonfs.model.ExtentId;
import io.batonfs.model.ServerId;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Has owners give back the space of extents that nothing refers to, once their grace time is over (CAT-7): a part of the queue
 * in each round, from the oldest to its end, and then from the beginning again. So what can't be freed, as its owner is down or
 * its pool takes no changes, holds up nothing behind it, however much it is, and is tried again. One thread at a time.
 */
final class ExtentFreeing {
    private static final Logger LOG = LoggerFactory.getLogger(ExtentFreeing.class);
    /** Extents in one round. */
    static final int BATCH = 500;
    /** After the end of the queue it is begun anew when so much time is over. */
    static final long AGAIN_MS = 10_000;
    /** What goes on failing is told of again when so much time is over. */
    static final long TELL_AGAIN_MS = 600_000;

    private final CatalogCalls calls;
    private final ExtentOwners owners;
    /** Where the last part ended; empty to begin anew. */
    private Optional<FreePosition> reached = Optional.empty();
    /** Whether that was the end of the queue. */
    private boolean ended;
    private long nextWalkMs;
    /** Of this walk, those that could not be freed, and why the first of them could not. */
    private long unfreed;
    private String why = "";
    private boolean isTold;
    private long nextTellMs;

    ExtentFreeing(CatalogCalls calls, ExtentOwners owners) {
        this.calls = calls;
        this.owners = owners;
    }

    /**
     * Goes on by one part.
     *
     * @throws IOException if the catalog does not answer; the same part is next then
     */
    void proceed() throws IOException {
        long nowMs = calls.nowMs();
        if (ended && nowMs >= nextWalkMs) {
            reached = Optional.empty();
            ended = false;
            unfreed = 0;
            why = "";
        }
        FreePart due = calls.read(reader -> reader.extentsToFree(nowMs, reached, BATCH));
        List<ExtentId> freed = free(due.extents());
        if (!freed.isEmpty()) {
            calls.submitOwn(new Command.ExtentsFreed(freed), Reply.Done.class);
        }
        unfreed += due.extents().size() - freed.size();
        reached = due.reached().isPresent() ? due.reached() : reached;
        if (!ended && due.extents().size() < BATCH) {
            ended = true;
            nextWalkMs = nowMs + AGAIN_MS;
            tell(nowMs);
        }
    }

    private void tell(long nowMs) {
        if (unfreed == 0) {
            if (isTold) {
                LOG.info("All extents that nothing refers to could be freed now");
            }
            isTold = false;
        } else if (!isTold || nowMs >= nextTellMs) {
            LOG.warn("{} extents that nothing refers to could not be freed yet; they are tried again. The first is {}",
                    unfreed, why);
            isTold = true;
            nextTellMs = nowMs + TELL_AGAIN_MS;
        }
    }

    /** Has all holders of each extent give its space back; which have, and so can be forgotten. */
    private List<ExtentId> free(List<PlacedExtent> extents) throws IOException {
        List<ExtentId> freed = new ArrayList<>();
        Set<ServerId> silent = new HashSet<>();
        for (PlacedExtent placed : extents) {
            ExtentId extent = placed.extent().id();
            Set<ServerId> holders = new LinkedHashSet<>();
            placed.routes().forEach(route -> holders.addAll(route.owners()));
            try {
                for (ServerId holder : holders) {
                    free(holder, extent, silent);
                }
                freed.add(extent);
            } catch (IOException e) {
                if (Thread.currentThread().isInterrupted()) {
                    throw e;
                }
                noteFirst(extent, e);
            } catch (RuntimeException | Error e) {
                // One that meets an error of the software must not keep the others.
                if (noteFirst(extent, e)) {
                    LOG.error("{} could not be freed", extent, e);
                }
            }
        }
        return freed;
    }

    private boolean noteFirst(ExtentId extent, Throwable failure) {
        boolean isFirst = why.isEmpty();
        why = isFirst ? extent + ": " + (failure instanceof IOException ? failure.getMessage() : failure) : why;
        return isFirst && !isTold;
    }

    /** One that can't be reached is not asked again in this round, since each question may take long. */
    private void free(ServerId holder, ExtentId extent, Set<ServerId> silent) throws IOException {
        if (silent.contains(holder)) {
            throw new BatonException(ErrorCode.UNREACHABLE, holder + " can't be reached");
        }
        try {
            owners.free(holder, extent);
        } catch (BatonException e) {
            if (e.code() == ErrorCode.UNREACHABLE) {
                silent.add(holder);
            }
            throw e;
        }
    }
}
