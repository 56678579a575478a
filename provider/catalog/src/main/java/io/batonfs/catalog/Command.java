package io.batonfs.catalog;

import io.batonfs.model.AclEntry;
import io.batonfs.model.Epoch;
import io.batonfs.model.ExtentId;
import io.batonfs.model.FileId;
import io.batonfs.model.GroupId;
import io.batonfs.model.LeaseId;
import io.batonfs.model.PageGeometry;
import io.batonfs.model.PageRun;
import io.batonfs.model.ServerId;
import io.batonfs.model.TokenId;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/**
 * What can be asked of the catalog's state machine. A command is atomic: it changes all that it says or, refused,
 * nothing (CAT-3); the batches are atomic item by item. Everything that decides its outcome rides in it or stands in
 * the tables (CAT-9).
 *
 * <p>Paths are absolute, "/"-separated, without empty, "." or ".." components. Sources (of clones and tokens) may lie
 * in a snapshot: {@code /dir/.snapshot/name/rest}; what is changed never may.
 *
 * <p>AddServer, FinishRecovery, RollSigningKey, Housekeep, FlattenAll, FinalizeBehaviour, ExtentsFreed, WantExtents,
 * ExtentsPlaced and MoveRoute are for servers: their caller is a superuser.
 */
public sealed interface Command {

    /**
     * Makes a new group; the first command of every log, refused later.
     *
     * @param supergroup whoever is in it passes all permission checks
     * @param runPages   pages of the runs that servers are given in advance, 1 to 65536
     */
    record FormatGroup(GroupId group, String owner, String ownerGroup, int mode, Optional<String> supergroup,
            PageGeometry geometry, int runPages, GroupSettings settings) implements Command {
        /** Pages of a run if nothing else is wanted. */
        public static final int DEFAULT_RUN_PAGES = 4096;
    }

    /** Registers a server by its address and gives it an id; the same address always has the same id. */
    record AddServer(String address) implements Command {
    }

    /**
     * Makes a directory. With {@code createParents} missing ancestors are made too and an existing directory is fine.
     *
     * @param umask as in {@link FileOptions}
     */
    record Mkdirs(String path, int mode, int umask, boolean createParents) implements Command {
        /** With a mode from which the umask was taken already. */
        public Mkdirs(String path, int mode, boolean createParents) {
            this(path, mode, 0, createParents);
        }
    }

    /** Makes a file and leases it to the calling client; an overwrite ends the leases of what it replaces. */
    record Create(String path, FileOptions options, Placement placement) implements Command {
    }

    /** Leases a closed file to the calling client, with a fresh extent. */
    record Append(String path, Placement placement) implements Command {
    }

    /** Commits a full extent, seals it, and gives the lease the next one. */
    record NextExtent(FileId file, LeaseId lease, ExtentLength full, Placement placement) implements Command {
    }

    /** Commits the last extent and ends the lease. */
    record CloseFile(FileId file, LeaseId lease, ExtentLength last) implements Command {
    }

    /** Keeps all leases of a client alive. */
    record RenewLeases(UUID clientId) implements Command {
    }

    /**
     * Takes a lease away from its writer (CAT-10): raises the extent's write epoch, which the server then makes every
     * reachable owner enforce before it asks for lengths. May be repeated; the last one started counts.
     *
     * @param force whether to do so before the soft limit has passed
     */
    record StartRecovery(FileId file, boolean force) implements Command {
    }

    /**
     * Commits the longest contiguous length that all reachable owners hold, seals, and closes.
     *
     * @param recovery the lease that {@link StartRecovery} gave out
     * @param kept     owners that were reached; the others are dropped from the route. At least 1
     */
    record FinishRecovery(FileId file, LeaseId recovery, ExtentLength held, List<ServerId> kept) implements Command {
        /** Copies the list. */
        public FinishRecovery {
            kept = List.copyOf(kept);
        }
    }

    /** Moves an entry (CAT-6); overwriting replaces a file by a file or an empty directory by a directory. */
    record Rename(String source, String destination, boolean overwrite) implements Command {
    }

    /**
     * Moves an entry as Hadoop's {@code FileSystem.rename} does: into the destination if that is a directory, and never
     * over anything. The reply says whether it is there now; no for a source that does not exist, a destination that
     * does or whose parent does not, and a directory that would come to lie below itself.
     */
    record Move(String source, String destination) implements Command {
    }

    /** Deletes; a directory with entries only if recursive. */
    record Delete(String path, boolean recursive) implements Command {
    }

    /** Sets attributes. */
    record SetAttributes(String path, AttributeSet attributes) implements Command {
    }

    /**
     * Sets an extended attribute.
     *
     * @param name namespace, dot and the rest
     * @param when whether one of that name has to be there
     */
    record SetXattr(String path, String name, byte[] value, XattrCondition when) implements Command {
    }

    /** Takes an extended attribute away. */
    record RemoveXattr(String path, String name) implements Command {
    }

    /** Has a file's path kept up with its moves, as long as the file is there. */
    record TrackFile(String path) implements Command {
    }

    /** Changes an access control list, by the rules of HDFS. */
    record ChangeAcl(String path, AclOperation operation, List<AclEntry> entries) implements Command {
        /** Copies the list. */
        public ChangeAcl {
            entries = List.copyOf(entries);
        }
    }

    /**
     * Has what is stored at and below a path go to the pools of the storage policies in force there; needs the right to
     * write to what is there. Asked for again, it begins anew. LIMIT_EXCEEDED if too many are under way.
     */
    record SatisfyPolicy(String path) implements Command {
    }

    /**
     * Writes down a part of the extents that a {@link SatisfyPolicy} is about, with the policies that are wanted; nothing if
     * its walk is elsewhere by now, or it was asked for anew. An extent's own policy stays until it is there.
     *
     * @param wish the wish as it was when the part was read
     * @param to   where its walk is then; empty if there is nothing more
     */
    record WantExtents(PolicyWish wish, Optional<WalkPosition> to, List<FoundExtent> extents) implements Command {
        /** Copies the list. */
        public WantExtents {
            extents = List.copyOf(extents);
        }
    }

    /**
     * Extents are where they were wanted, and have that policy from now on; or they may not be there, and are wanted where
     * they were. Of those of which something else is wanted by now, and of those that no route leads to the server of,
     * nothing is changed.
     *
     * @param server  who says so
     * @param placed  they are there
     * @param refused they may not be carried there
     */
    record ExtentsPlaced(ServerId server, List<WantedExtent> placed, List<WantedExtent> refused) implements Command {
        /** Copies the lists. */
        public ExtentsPlaced {
            placed = List.copyOf(placed);
            refused = List.copyOf(refused);
        }
    }

    /** Cuts a closed file to a length not above its own. */
    record Truncate(String path, long lengthBytes) implements Command {
    }

    /** Appends the contents of closed files to a closed file and deletes them. */
    record Concat(String target, List<String> sources) implements Command {
        /** Copies the list. */
        public Concat {
            sources = List.copyOf(sources);
        }
    }

    /**
     * Makes tokens, each item by itself; but if an item must be tried again (AGAIN: the report lacks an open extent;
     * BUSY), the whole command is refused and nothing was made.
     *
     * @param timeToLiveMs from creation, at least 1; cut to the group's bound
     * @param inactivityMs from last use, at least 1; cut to the group's bound
     * @param report       lengths of all open extents below the sources, collected after the call began (CAT-5)
     */
    record OffloadRead(List<TokenRequest> items, long timeToLiveMs, long inactivityMs, List<ExtentLength> report)
            implements Command {
        /** Copies the lists. */
        public OffloadRead {
            items = List.copyOf(items);
            report = List.copyOf(report);
        }
    }

    /** Uses tokens, each item by itself; but if an item must be tried again (BUSY), the whole command is refused. */
    record OffloadWrite(List<TokenUse> items) implements Command {
        /** Copies the list. */
        public OffloadWrite {
            items = List.copyOf(items);
        }
    }

    /**
     * Ends a token.
     *
     * @param keyEvidence of the key that was shown; empty only for the token's creator and superusers
     */
    record RevokeToken(TokenId token, Optional<byte[]> keyEvidence) implements Command {
        /** Keeps the evidence out of logs. */
        @Override
        public String toString() {
            return "RevokeToken[token=" + token + "]";
        }
    }

    /**
     * Makes a tree or file that is, at one moment, what another is (CAT-4).
     *
     * @param report lengths of all open extents below the source, collected after the call began (CAT-5)
     */
    record Clone(String source, String destination, boolean overwrite, List<ExtentLength> report) implements Command {
        /** Copies the list. */
        public Clone {
            report = List.copyOf(report);
        }
    }

    /** Freezes a directory under a name. */
    record CreateSnapshot(String path, String name, List<ExtentLength> report) implements Command {
        /** Copies the list. */
        public CreateSnapshot {
            report = List.copyOf(report);
        }
    }

    /** Ends a snapshot. */
    record DeleteSnapshot(String path, String name) implements Command {
    }

    /** Adds a key that resume keys are signed with from now on: 32 bytes made outside. */
    record RollSigningKey(byte[] material) implements Command {
        /** Keeps the key out of logs. */
        @Override
        public String toString() {
            return "RollSigningKey[]";
        }
    }

    /** Does background work in bounded steps: reclaim (CAT-7), short chains (CAT-8), expiry of tokens and replies. */
    record Housekeep(int maxSteps) implements Command {
    }

    /** Has housekeeping flatten every directory, so that nothing unreachable is kept (CAT-8). */
    record FlattenAll() implements Command {
    }

    /**
     * Raises the rules that commands are applied by, once every replica knows the new ones (CAT-9). Never lowers them.
     *
     * @param behaviourVersion the rules from now on; those in force do nothing
     */
    record FinalizeBehaviour(int behaviourVersion) implements Command {
    }

    /** Owners have given the space of these unreferenced extents back. */
    record ExtentsFreed(List<ExtentId> extents) implements Command {
        /** Copies the list. */
        public ExtentsFreed {
            extents = List.copyOf(extents);
        }
    }

    /**
     * Pages have moved: their route becomes an exception with the next epoch.
     *
     * @param expected the highest epoch of the pages' routes as the mover knew them; another one refuses with STALE_ROUTE
     */
    record MoveRoute(PageRun pages, List<ServerId> owners, Epoch expected) implements Command {
        /** Copies the list. */
        public MoveRoute {
            owners = List.copyOf(owners);
        }
    }
}
