package io.batonfs.catalog.histories;

import io.batonfs.catalog.AttributeSet;
import io.batonfs.catalog.CatalogReader;
import io.batonfs.catalog.Command;
import io.batonfs.catalog.ExtentLength;
import io.batonfs.catalog.FileOptions;
import io.batonfs.catalog.GroupSettings;
import io.batonfs.catalog.LeaseInfo;
import io.batonfs.catalog.PlacedExtent;
import io.batonfs.catalog.Placement;
import io.batonfs.catalog.PolicyStep;
import io.batonfs.catalog.PolicyWish;
import io.batonfs.catalog.Reply;
import io.batonfs.catalog.SeenDirectory;
import io.batonfs.catalog.TokenRequest;
import io.batonfs.catalog.TokenUse;
import io.batonfs.model.BatonException;
import io.batonfs.model.ErrorCode;
import io.batonfs.model.ExtentId;
import io.batonfs.model.FileId;
import io.batonfs.model.GroupId;
import io.batonfs.model.LeaseId;
import io.batonfs.model.PageGeometry;
import io.batonfs.model.ServerId;
import io.batonfs.model.TokenId;
import io.batonfs.catalog.histories.TreeComparison.Depth;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import java.util.UUID;
import java.util.function.IntFunction;

/** Runs the steps of one history on the catalog and on the model; after each step {@link TreeComparison} compares. */
final class HistoryRun {
    private static final UUID NOBODY = new UUID(0x4000, 99);
    private static final long FOREVER_MS = 1L << 50;
    private static final long FREE_GRACE_MS = 40_000;
    private static final long STEP_MS = 1000;
    private static final int HOUSEKEEPING_PATIENCE = 20_000;
    private static final GroupSettings SETTINGS =
            new GroupSettings(FOREVER_MS, FOREVER_MS, FOREVER_MS, FREE_GRACE_MS, FOREVER_MS, FOREVER_MS);

    /** A writer: what the catalog granted. */
    private record Grant(FileId file, LeaseId lease, ExtentId extent) {
    }

    /** Reports collected at one moment, of both sides. */
    private record Reports(String path, List<ExtentLength> owners, Map<NaiveNode.Writer, NaiveTree.Length> model) {
    }

    final MachineUnderTest machine;
    final NaiveTree model = new NaiveTree();
    final ExtentBytes extents = new ExtentBytes();
    final Map<Integer, TokenId> tokens = new HashMap<>();
    private final TreeComparison comparison = new TreeComparison(this);
    private final Map<Integer, Grant> grants = new HashMap<>();
    private final Placement placement;
    private Reports stale;
    private long timeMs = 1_000_000;
    private int steps;

    /** @param cached whether the catalog's tables have a cache of rows before them */
    HistoryRun(boolean cached) {
        machine = new MachineUnderTest(cached);
        command(NOBODY, new Command.FormatGroup(new GroupId(new UUID(0x4000, 1)), "root", "wheel",
                NaiveTree.DIRECTORY_MODE, Optional.empty(), PageGeometry.DEFAULT, 64, SETTINGS));
        Reply.ServerAdded added = (Reply.ServerAdded) command(NOBODY, new Command.AddServer("here:1"));
        ServerId server = added.server();
        placement = Placement.on(server);
        model.root.modifiedMs = machine.ask(r -> r.status(MachineUnderTest.ROOT, "/")).orElseThrow().modifiedMs();
        machine.takeCheckpoint();
    }

    /** Runs a step on both sides; whether it was accepted. */
    boolean run(Step step, Depth depth) {
        timeMs += STEP_MS;
        steps++;
        if (step instanceof Step.Fill fill) {
            return many(fill.count(), i -> new Step.Mkdir(wide(fill.path(), i)), depth);
        } else if (step instanceof Step.Thin thin) {
            return many(thin.count(), i -> new Step.Delete(wide(thin.path(), i)), depth);
        }
        // the ids that a frozen tree shows are learnt before and after it is made
        boolean freezes = step instanceof Step.Snapshot || step instanceof Step.CloneTree;
        if (freezes) {
            comparison.compare(Depth.TREE);
        }
        both(step);
        comparison.compare(freezes && depth == Depth.RESULT ? Depth.TREE : depth);
        return accepted;
    }

    /** Whether the last step was. */
    private boolean accepted;

    private static String wide(String path, int number) {
        return (path.equals("/") ? "/w" : path + "/w") + number;
    }

    private boolean many(int count, IntFunction<Step> step, Depth depth) {
        boolean any = false;
        for (int i = 0; i < count; i++) {
            both(step.apply(i));
            any |= accepted;
        }
        comparison.compare(depth);
        return any;
    }

    private void both(Step step) {
        boolean catalog = onCatalog(step);
        boolean naive = onModel(step);
        HistoryFailure.check(catalog == naive,
                (catalog ? "the catalog accepted and the model refused " : "the model accepted and the catalog refused ")
                        + step + lastRefusal());
        accepted = catalog;
        if (accepted && step instanceof Step.Satisfy satisfied) {
            checkPolicies(satisfied.path());
        }
    }

    /** Of an extent that files of several policies show, any of these may have been met last. */
    private void checkPolicies(String path) {
        Map<ExtentId, Set<String>> allowed = new HashMap<>();
        try {
            for (String file : model.filesBelow(path)) {
                String policy = model.policyAt(file);
                machine.ask(reader -> reader.open(MachineUnderTest.ROOT, file)).extents().forEach(extent ->
                        allowed.computeIfAbsent(extent.id(), id -> new HashSet<>()).add(policy));
            }
        } catch (NaiveTree.RefusedException e) {
            throw new HistoryFailure("the model refuses what it accepted: " + e.getMessage());
        }
        Map<ExtentId, String> wanted = new HashMap<>();
        machine.ask(reader -> reader.wanted(placement.owners().get(0), Optional.empty(), Integer.MAX_VALUE)).extents()
                .forEach(one -> wanted.put(one.extent(), one.storagePolicy()));
        allowed.forEach((extent, policies) -> {
            HistoryFailure.check(wanted.containsKey(extent), extent + " is not on the list");
            String has = wanted.get(extent);
            HistoryFailure.check(policies.contains(has), extent + " is to have " + has + " and none of " + policies);
        });
        checkSharing(wanted.keySet());
    }

    /** What two paths show, with those in snapshots, may never be taken for one file's own. */
    private void checkSharing(Set<ExtentId> wanted) {
        Map<ExtentId, Integer> shown = new HashMap<>();
        for (String file : model.everyFile()) {
            Set<ExtentId> extents = new HashSet<>();
            machine.ask(reader -> reader.open(MachineUnderTest.ROOT, file)).extents().forEach(one -> extents.add(one.id()));
            extents.forEach(extent -> shown.merge(extent, 1, Integer::sum));
        }
        for (ExtentId extent : wanted) {
            boolean free = machine.ask(reader -> reader.wantedNow(placement.owners().get(0), extent))
                    .filter(now -> !now.mayBeShared()).isPresent();
            HistoryFailure.check(!free || shown.getOrDefault(extent, 0) == 1,
                    extent + " is taken for unshared and " + shown.get(extent) + " paths show it");
        }
    }

    private boolean satisfied(Step.Satisfy step) {
        if (!accepted(new Command.SatisfyPolicy(step.path()))) {
            return false;
        }
        Set<SeenDirectory> seen = new HashSet<>();
        for (int i = 0;; i++) {
            List<PolicyWish> wishes = machine.ask(CatalogReader::policyWishes);
            if (wishes.isEmpty()) {
                return true;
            }
            HistoryFailure.check(i < HOUSEKEEPING_PATIENCE, "the walk never ends");
            PolicyWish wish = wishes.get(0);
            PolicyStep part = machine.ask(
                    reader -> reader.policyStep(wish, seen, step.entries(), step.extents()));
            HistoryFailure.check(accepted(new Command.WantExtents(wish, part.reached(), part.extents())),
                    "a step is refused");
            seen.addAll(part.seen());
        }
    }

    private String refusal;

    private String lastRefusal() {
        return refusal == null ? "" : ": " + refusal;
    }

    private Reply command(UUID client, Command command) {
        Reply reply = machine.run(client, timeMs, command);
        refusal = null;
        if (reply instanceof Reply.Refused refused) {
            refusal = refused.code() + " " + refused.message();
            HistoryFailure.check(refused.code() != ErrorCode.INTERNAL, refusal);
        }
        return reply;
    }

    /** Runs a command; while the catalog says that housekeeping is behind, lets it work. */
    private boolean accepted(UUID client, Command command) {
        Reply reply = command(client, command);
        for (int i = 0; reply instanceof Reply.Refused busy && busy.code() == ErrorCode.BUSY; i++) {
            HistoryFailure.check(i < HOUSEKEEPING_PATIENCE, "the catalog stays busy");
            command(NOBODY, new Command.Housekeep(8));
            reply = command(client, command);
        }
        return !(reply instanceof Reply.Refused) && !(reply instanceof Reply.Changed changed && !changed.changed());
    }

    private boolean accepted(Command command) {
        return accepted(NOBODY, command);
    }

    private static UUID client(int slot) {
        return new UUID(0x4000, 1000 + slot);
    }

    private static FileOptions options(boolean overwrite, int mode, int umask) {
        return new FileOptions(overwrite, false, mode, umask, 128 << 20, 3);
    }

    private boolean onCatalog(Step step) {
        if (step instanceof Step.Mkdir s) {
            return accepted(new Command.Mkdirs(s.path(), s.mode(), s.umask(), false));
        } else if (step instanceof Step.Create s) {
            return granted(s.slot(), new Command.Create(s.path(),
                    options(s.overwrite(), s.mode(), s.umask()), placement));
        } else if (step instanceof Step.Append s) {
            return granted(s.slot(), new Command.Append(s.path(), placement));
        } else if (step instanceof Step.Rename s) {
            return accepted(new Command.Rename(s.source(), s.destination(), s.overwrite()));
        } else if (step instanceof Step.Move s) {
            return accepted(new Command.Move(s.source(), s.destination()));
        } else if (step instanceof Step.Delete s) {
            return accepted(new Command.Delete(s.path(), true));
        } else if (step instanceof Step.Truncate s) {
            return accepted(new Command.Truncate(s.path(), s.length()));
        } else if (step instanceof Step.Concat s) {
            return accepted(new Command.Concat(s.target(), s.sources()));
        } else if (step instanceof Step.Chmod s) {
            return accepted(new Command.SetAttributes(s.path(), AttributeSet.ofMode(s.mode())));
        } else if (step instanceof Step.Chown s) {
            return accepted(new Command.SetAttributes(s.path(), new AttributeSet(OptionalInt.empty(),
                    Optional.of(s.owner()), Optional.of(s.group()), OptionalLong.empty(), OptionalLong.empty(),
                    OptionalInt.empty(), Optional.empty())));
        } else if (step instanceof Step.ChangeAcl s) {
            return accepted(new Command.ChangeAcl(s.path(), s.operation(), s.entries()));
        } else if (step instanceof Step.Access s) {
            return machine.ask(reader -> allowed(reader, s));
        } else if (step instanceof Step.Xattr s) {
            return accepted(new Command.SetXattr(s.path(), "user.x", new byte[] {(byte) s.value()}, s.when()));
        } else if (step instanceof Step.RemoveXattr s) {
            return accepted(new Command.RemoveXattr(s.path(), "user.x"));
        } else if (step instanceof Step.Policy s) {
            return accepted(new Command.SetAttributes(s.path(), AttributeSet.ofStoragePolicy(s.name())));
        } else if (step instanceof Step.Satisfy s) {
            return satisfied(s);
        } else if (step instanceof Step.Track s) {
            return accepted(new Command.TrackFile(s.path()));
        }
        return writerOnCatalog(step);
    }

    private static boolean allowed(CatalogReader reader, Step.Access s) {
        try {
            reader.checkAccess(s.caller(), s.path(), s.wanted());
            return true;
        } catch (BatonException refused) {
            return false;
        }
    }

    private boolean granted(int slot, Command command) {
        Reply reply = command(client(slot), command);
        for (int i = 0; reply instanceof Reply.Refused busy && busy.code() == ErrorCode.BUSY; i++) {
            HistoryFailure.check(i < HOUSEKEEPING_PATIENCE, "the catalog stays busy");
            command(NOBODY, new Command.Housekeep(8));
            reply = command(client(slot), command);
        }
        if (reply instanceof Reply.WriteGranted grant) {
            grants.put(slot, new Grant(grant.file(), grant.lease(), grant.extent().id()));
            return true;
        }
        return false;
    }

    private boolean writerOnCatalog(Step step) {
        if (step instanceof Step.Write s) {
            // the owner takes bytes without asking the catalog; the model says whether the lease still stands
            return model.holds(s.slot()) && write(s);
        } else if (step instanceof Step.Flush s) {
            return model.holds(s.slot()) && flush(s.slot());
        } else if (step instanceof Step.NextExtent s) {
            Grant grant = grants.get(s.slot());
            return flush(s.slot()) && granted(s.slot(), new Command.NextExtent(grant.file, grant.lease,
                    extents.report(grant.extent), placement));
        } else if (step instanceof Step.Close s) {
            Grant grant = grants.get(s.slot());
            return flush(s.slot()) && accepted(client(s.slot()), new Command.CloseFile(grant.file, grant.lease,
                    extents.report(grant.extent)));
        } else if (step instanceof Step.Recover s) {
            return grants.containsKey(s.slot()) && model.holds(s.slot()) && recover(s.slot());
        }
        return freezeOnCatalog(step);
    }

    private boolean write(Step.Write s) {
        extents.write(grants.get(s.slot()).extent, bytes(s));
        return true;
    }

    /** Different from step to step, the same on both sides. */
    private byte[] bytes(Step.Write s) {
        byte[] bytes = new byte[s.bytes()];
        Arrays.fill(bytes, (byte) ('A' + steps % 26));
        return bytes;
    }

    private boolean flush(int slot) {
        if (!grants.containsKey(slot)) {
            return false;
        }
        if (model.holds(slot)) {
            extents.flush(grants.get(slot).extent);
        }
        return true;
    }

    private boolean recover(int slot) {
        Grant grant = grants.get(slot);
        Reply started = command(NOBODY, new Command.StartRecovery(grant.file, true));
        if (!(started instanceof Reply.RecoveryStarted recovery)) {
            return false;
        }
        ExtentLength held = extents.report(grant.extent);
        HistoryFailure.check(!accepted(client(slot), new Command.CloseFile(grant.file, grant.lease, held)),
                "the old writer could close after the recovery began");
        return accepted(new Command.FinishRecovery(grant.file, recovery.recovery(), held, placement.owners()));
    }

    private boolean freezeOnCatalog(Step step) {
        if (step instanceof Step.Collect s) {
            return collect(s.path());
        } else if (step instanceof Step.CloneTree s) {
            return frozen(s.source(), s.stale(),
                    r -> accepted(new Command.Clone(s.source(), s.destination(), s.overwrite(), r)));
        } else if (step instanceof Step.Snapshot s) {
            return frozen(s.path(), s.stale(), r -> accepted(new Command.CreateSnapshot(s.path(), s.name(), r)));
        } else if (step instanceof Step.DropSnapshot s) {
            return accepted(new Command.DeleteSnapshot(s.path(), s.name()));
        } else if (step instanceof Step.MakeToken s) {
            return !tokens.containsKey(s.slot()) && frozen(s.path(), s.stale(), r -> makeToken(s, r));
        } else if (step instanceof Step.UseToken s) {
            return tokens.containsKey(s.slot()) && useToken(s);
        } else if (step instanceof Step.DropToken s) {
            TokenId token = tokens.remove(s.slot());
            return token != null && accepted(new Command.RevokeToken(token, Optional.of(evidence(s.slot()))));
        }
        return maintain(step);
    }

    private interface WithReport {
        boolean run(List<ExtentLength> report);
    }

    private Reports used;

    /** Freezes with the stale report if wanted, and with a fresh one when the catalog asks for that. */
    private boolean frozen(String path, boolean wantStale, WithReport command) {
        used = wantStale && stale != null && stale.path.equals(path) ? stale : fresh(path);
        boolean accepted = command.run(used.owners);
        if (!accepted && refusal != null && refusal.startsWith(ErrorCode.AGAIN.toString())) {
            HistoryFailure.check(used == stale, "a fresh report was refused: " + refusal);
            used = fresh(path);
            accepted = command.run(used.owners);
        }
        return accepted;
    }

    private boolean collect(String path) {
        stale = fresh(path);
        return true;
    }

    private Reports fresh(String path) {
        List<LeaseInfo> leases = leasesBelow(path);
        List<ExtentLength> owners = leases.stream().map(l -> extents.report(l.extent().id())).toList();
        try {
            Map<NaiveNode.Writer, NaiveTree.Length> lengths =
                    path.contains(".snapshot") ? Map.of() : model.report(path);
            HistoryFailure.check(lengths.size() == leases.size(),
                    leases.size() + " leases are below " + path + " and not " + lengths.size());
            return new Reports(path, owners, lengths);
        } catch (NaiveTree.RefusedException e) {
            HistoryFailure.check(leases.isEmpty(), "there are leases below " + path + ", which is not there");
            return new Reports(path, owners, Map.of());
        }
    }

    private List<LeaseInfo> leasesBelow(String path) {
        return machine.ask(reader -> {
            try {
                return reader.leasesBelow(path);
            } catch (BatonException e) {
                // a path through a file: there is nothing below it
                HistoryFailure.check(e.code() == ErrorCode.NOT_A_DIRECTORY, e.toString());
                return List.of();
            }
        });
    }

    private static byte[] evidence(int slot) {
        return new byte[] {1, 2, (byte) slot};
    }

    private boolean makeToken(Step.MakeToken s, List<ExtentLength> report) {
        Reply reply = command(NOBODY, new Command.OffloadRead(
                List.of(new TokenRequest(s.path(), Optional.empty(), 0, -1, evidence(s.slot()))), FOREVER_MS, FOREVER_MS,
                report));
        if (reply instanceof Reply.TokensMade made && made.outcomes().get(0) instanceof Reply.TokenMade token) {
            tokens.put(s.slot(), token.token());
            return true;
        }
        return false;
    }

    private boolean useToken(Step.UseToken s) {
        Command command = new Command.OffloadWrite(List.of(
                new TokenUse(tokens.get(s.slot()), evidence(s.slot()), 0, -1, s.path(),
                        options(false, NaiveTree.FILE_MODE, NaiveTree.UMASK))));
        Reply reply = command(NOBODY, command);
        for (int i = 0; reply instanceof Reply.Refused busy && busy.code() == ErrorCode.BUSY; i++) {
            HistoryFailure.check(i < HOUSEKEEPING_PATIENCE, "the catalog stays busy");
            command(NOBODY, new Command.Housekeep(8));
            reply = command(NOBODY, command);
        }
        return reply instanceof Reply.TokensUsed done && done.outcomes().get(0) instanceof Reply.TokenWritten;
    }

    private boolean maintain(Step step) {
        if (step instanceof Step.Housekeep s) {
            return accepted(new Command.Housekeep(s.steps()));
        } else if (step instanceof Step.FlattenAll) {
            return accepted(new Command.FlattenAll());
        } else if (step instanceof Step.FreeExtents) {
            return freeExtents();
        } else if (step instanceof Step.Repeat s) {
            machine.repeat(s.back());
        } else if (step instanceof Step.Checkpoint) {
            machine.takeCheckpoint();
        } else if (step instanceof Step.Crash) {
            machine.crash();
        } else {
            throw new IllegalArgumentException(step.toString());
        }
        return true;
    }

    private boolean freeExtents() {
        timeMs += FREE_GRACE_MS + STEP_MS;
        List<ExtentId> dead = machine.ask(r -> r.extentsToFree(timeMs, 100)).stream()
                .map(PlacedExtent::extent).map(e -> e.id()).toList();
        return accepted(new Command.ExtentsFreed(dead));
    }

    private boolean onModel(Step step) {
        try {
            modelStep(step);
            return true;
        } catch (NaiveTree.RefusedException e) {
            return false;
        }
    }

    private void modelStep(Step step) throws NaiveTree.RefusedException {
        if (step instanceof Step.Mkdir s) {
            model.mkdir(s.path(), s.mode(), s.umask(), timeMs);
        } else if (step instanceof Step.Create s) {
            model.create(s.slot(), s.path(), s.overwrite(), s.mode(), s.umask(), timeMs);
        } else if (step instanceof Step.Append s) {
            model.append(s.slot(), s.path());
        } else if (step instanceof Step.Write s) {
            model.write(s.slot(), bytes(s));
        } else if (step instanceof Step.Flush s) {
            model.flush(s.slot());
        } else if (step instanceof Step.NextExtent s) {
            model.nextExtent(s.slot());
        } else if (step instanceof Step.Close s) {
            model.close(s.slot(), timeMs);
        } else if (step instanceof Step.Recover s) {
            model.recover(s.slot(), timeMs);
        } else if (step instanceof Step.Truncate s) {
            model.truncate(s.path(), s.length(), timeMs);
        } else if (step instanceof Step.Concat s) {
            model.concat(s.target(), s.sources(), timeMs);
        } else if (step instanceof Step.Rename s) {
            model.rename(s.source(), s.destination(), s.overwrite(), timeMs);
        } else if (step instanceof Step.Move s) {
            model.move(s.source(), s.destination(), timeMs);
        } else if (step instanceof Step.Delete s) {
            model.delete(s.path(), timeMs);
        } else if (step instanceof Step.Chmod s) {
            model.chmod(s.path(), s.mode());
        } else if (step instanceof Step.Chown s) {
            model.chown(s.path(), s.owner(), s.group());
        } else if (step instanceof Step.ChangeAcl s) {
            model.changeAcl(s.path(), s.operation(), s.entries());
        } else if (step instanceof Step.Access s) {
            model.access(s.caller(), s.path(), s.wanted());
        } else if (step instanceof Step.Xattr s) {
            model.xattr(s.path(), s.value(), s.when());
        } else if (step instanceof Step.RemoveXattr s) {
            model.removeXattr(s.path());
        } else if (step instanceof Step.Policy s) {
            model.policy(s.path(), s.name());
        } else if (step instanceof Step.Satisfy s) {
            model.filesBelow(s.path());
        } else if (step instanceof Step.Track s) {
            model.track(s.path());
        } else {
            modelFreeze(step);
        }
    }

    private void modelFreeze(Step step) throws NaiveTree.RefusedException {
        if (step instanceof Step.CloneTree s) {
            model.cloneTree(s.source(), s.destination(), s.overwrite(), used.model, timeMs);
        } else if (step instanceof Step.Snapshot s) {
            model.snapshot(s.path(), s.name(), used.model);
        } else if (step instanceof Step.DropSnapshot s) {
            model.dropSnapshot(s.path(), s.name());
        } else if (step instanceof Step.MakeToken s) {
            if (model.tokens.containsKey(s.slot())) {
                throw new NaiveTree.RefusedException("the slot is taken");
            }
            model.makeToken(s.slot(), s.path(), used.model);
        } else if (step instanceof Step.UseToken s) {
            model.useToken(s.slot(), s.path(), timeMs);
        } else if (step instanceof Step.DropToken s) {
            model.dropToken(s.slot());
        }
    }

    /** The open extent's durable bytes from what is committed of it on. */
    byte[] durable(ExtentId extent, long from) {
        return extents.durableFrom(extent, (int) from);
    }

    /** Everything to rest: housekeeping until there is no more to do. */
    private void rest() {
        for (int i = 0; i < HOUSEKEEPING_PATIENCE; i++) {
            if (!((Reply.Housekept) command(NOBODY, new Command.Housekeep(16))).more()) {
                comparison.compare(Depth.THOROUGH);
                return;
            }
        }
        throw new HistoryFailure("housekeeping does not come to an end");
    }

    /** The end of every history: at rest; flattened; and with the live root alone, nothing else is kept. */
    void finish() {
        rest();
        comparison.audit(true);
        for (String snapshot : List.copyOf(model.snapshots().keySet())) {
            int at = snapshot.indexOf("/.snapshot/");
            run(new Step.DropSnapshot(at == 0 ? "/" : snapshot.substring(0, at), snapshot.substring(at + 11)), Depth.TREE);
        }
        for (int slot : List.copyOf(tokens.keySet())) {
            run(new Step.DropToken(slot), Depth.TREE);
        }
        run(new Step.FlattenAll(), Depth.TREE);
        rest();
        comparison.audit(true);
        comparison.nothingUnreachable();
    }
}
