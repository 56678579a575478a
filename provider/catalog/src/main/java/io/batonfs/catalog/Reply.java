package io.batonfs.catalog;

import io.batonfs.model.Epoch;
import io.batonfs.model.ErrorCode;
import io.batonfs.model.Extent;
import io.batonfs.model.FileId;
import io.batonfs.model.FileInfo;
import io.batonfs.model.LeaseId;
import io.batonfs.model.Route;
import io.batonfs.model.ServerId;
import io.batonfs.model.TokenId;
import java.util.List;
import java.util.Objects;

/** What a command led to. */
public sealed interface Reply {

    /** Done, and there is nothing more to tell. */
    record Done() implements Reply {
    }

    /** Nothing was changed. A code of class RETRY may succeed when repeated; all others are final for this call. */
    record Refused(ErrorCode code, String message) implements Reply {
        /** Checks for nulls, and makes the message one that can be stored. */
        public Refused {
            Objects.requireNonNull(code, "code");
            message = ReplyText.fit(message);
        }
    }

    /** A server's id. */
    record ServerAdded(ServerId server) implements Reply {
    }

    /** Whether anything had to be made (Mkdirs) or was there to delete (Delete). */
    record Changed(boolean changed) implements Reply {
    }

    /**
     * The right to append to an extent.
     *
     * @param offset length of the file before the extent
     * @param routes where the extent's pages are, in page order
     */
    record WriteGranted(FileId file, LeaseId lease, long offset, Extent extent, List<Route> routes) implements Reply {
        /** Copies the list. */
        public WriteGranted {
            routes = List.copyOf(routes);
        }
    }

    /** A file is closed; also of a recovery that found nothing to do. */
    record FileClosed(FileInfo info) implements Reply {
    }

    /**
     * Owners shall refuse older epochs now, then tell their lengths.
     *
     * @param recovery       to be shown in {@link Command.FinishRecovery}
     * @param extent         the open extent with its raised epoch
     * @param committedBytes of the extent, already part of the file: no owner can lawfully hold less
     */
    record RecoveryStarted(FileId file, LeaseId recovery, Extent extent, List<Route> routes, long committedBytes)
            implements Reply {
        /** Copies the list. */
        public RecoveryStarted {
            routes = List.copyOf(routes);
        }
    }

    /** How many leases a renewal kept alive. */
    record LeasesRenewed(int leases) implements Reply {
    }

    /** One outcome per item, in their order. */
    record TokensMade(List<TokenOutcome> outcomes) implements Reply {
        /** Copies the list. */
        public TokensMade {
            outcomes = List.copyOf(outcomes);
        }
    }

    /** One outcome per item, in their order. */
    record TokensUsed(List<UseOutcome> outcomes) implements Reply {
        /** Copies the list. */
        public TokensUsed {
            outcomes = List.copyOf(outcomes);
        }
    }

    /** The new tree or file. */
    record Cloned(FileInfo info) implements Reply {
    }

    /** A file is tracked from now on, or has been. */
    record Tracked(FileInfo info) implements Reply {
    }

    /** The number of a new signing key. */
    record KeyRolled(long number) implements Reply {
    }

    /**
     * How far housekeeping came.
     *
     * @param steps steps done
     * @param more  whether more could be done at once
     */
    record Housekept(int steps, boolean more) implements Reply {
    }

    /** The epoch of the new route. */
    record RouteMoved(Epoch epoch) implements Reply {
    }

    /** What became of one item of an offload read. */
    sealed interface TokenOutcome {
    }

    /**
     * A token was made.
     *
     * @param representedBytes 0 for a tree, whose bytes are not counted
     * @param expiresMs        when its time to live ends
     */
    record TokenMade(TokenId token, boolean tree, long representedBytes, long expiresMs) implements TokenOutcome {
    }

    /** What became of one item of an offload write. */
    sealed interface UseOutcome {
    }

    /** The new file or tree is in place. */
    record TokenWritten(FileInfo info, long writtenBytes) implements UseOutcome {
    }

    /** The item changed nothing; the others are not touched by that. */
    record ItemRefused(ErrorCode code, String message) implements TokenOutcome, UseOutcome {
        /** Checks for nulls, and makes the message one that can be stored. */
        public ItemRefused {
            Objects.requireNonNull(code, "code");
            message = ReplyText.fit(message);
        }
    }
}
