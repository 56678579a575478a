package io.batonfs.server.frontend;

import io.batonfs.catalog.Catalog;
import io.batonfs.catalog.GroupInfo;
import io.batonfs.model.BatonException;
import io.batonfs.model.ErrorCode;
import io.batonfs.protocol.CatalogService;
import io.batonfs.protocol.GroupStatus;
import io.batonfs.protocol.ServerDescription;
import io.batonfs.server.OpenParts;
import io.batonfs.server.grants.GrantResolver;
import io.batonfs.server.grants.ResumeKeys;
import io.batonfs.server.grants.WantedPlaces;
import java.io.Closeable;
import java.io.IOException;
import java.security.SecureRandom;
import java.time.Clock;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.function.Supplier;
import java.util.stream.Stream;

/**
 * The catalog's side of a server: puts the frontend together and owns the thread of its background work. The catalog
 * itself belongs to whoever opened it. Thread-safe.
 */
public final class CatalogServer implements Closeable {
    private final SigningKeys signingKeys;
    private final ResumeKeys resumeKeys;
    private final CatalogGrants grantResolver;
    private final CatalogFrontend frontend;
    private final HoldingsCheck holdings;
    private final PolicyWishes wishes;
    private final Housekeeper housekeeper;
    private final ScheduledExecutorService background;

    /**
     * Opens on a formatted catalog; nothing runs in the background until {@link #begin}.
     *
     * @param servers the storage servers of the group, asked for at each placement
     * @param owners  finds them as owners
     * @throws BatonException INVALID_ARGUMENT if the catalog was never formatted
     */
    public CatalogServer(Catalog catalog, Supplier<List<ServerReport>> servers, OwnerDirectory owners,
            GroupPolicy policy, Clock clock, SecureRandom random) throws IOException {
        GroupInfo group = catalog.read(reader -> reader.group()).orElseThrow(() -> new BatonException(
                ErrorCode.INVALID_ARGUMENT, "the catalog was never formatted; format the group first"));
        if (policy.resumeKeyLifeMs() >= group.settings().freeGraceMs()) {
            throw new BatonException(ErrorCode.INVALID_ARGUMENT, "resume keys would live " + policy.resumeKeyLifeMs()
                    + " ms, but the group frees extents after " + group.settings().freeGraceMs()
                    + " ms; make their life shorter");
        }
        CatalogCalls calls = new CatalogCalls(catalog, clock, policy.superuser(), UUID.randomUUID());
        ExtentOwners extentOwners = new ExtentOwners(owners);
        LeaseRecovery recovery = new LeaseRecovery(calls, extentOwners);
        OpenFileReports reports = new OpenFileReports(calls, extentOwners, RoundPause.DOUBLING);
        TokenDesk tokens = new TokenDesk(calls, reports, group.group(), group.geometry().blockBytes(), random);
        ExtentMover mover = new ExtentMover(calls, owners);
        this.wishes = new PolicyWishes(calls);
        this.holdings = new HoldingsCheck(calls, owners, mover,
                () -> servers.get().stream().map(ServerReport::server).toList(), group.settings().freeGraceMs());
        calls.refuseChangesWhile(holdings::restoredFromPast);
        this.signingKeys = new SigningKeys(calls, random, policy.signingKeyLifeMs());
        this.resumeKeys = new ResumeKeys(signingKeys, clock);
        this.grantResolver = new CatalogGrants(catalog);
        Grants grants = new Grants(resumeKeys, group.geometry(), policy.resumeKeyLifeMs(), clock);
        this.frontend = new CatalogFrontend(calls, grants, new Reopening(calls, grants, grantResolver), extentOwners,
                new Placements(group.group(), group.geometry().pageBytes(), servers), new StoragePolicyNames(servers),
                reports, tokens, recovery, mover, () -> status(group, servers.get(), holdings));
        signingKeys.refresh();
        this.background = Executors.newSingleThreadScheduledExecutor(task -> {
            Thread thread = new Thread(task, "baton-housekeeping");
            thread.setDaemon(true);
            return thread;
        });
        this.housekeeper = new Housekeeper(calls, extentOwners, recovery, signingKeys, holdings, wishes, background,
                policy.housekeepingMs());
    }

    /**
     * Begins the background work, once the storage servers can be reached. What they hold is compared with the catalog
     * before anything is changed.
     */
    public void begin() throws IOException {
        holdings.check();
        housekeeper.begin();
    }

    /** What clients call. */
    public CatalogService service() {
        return frontend;
    }

    /** Proves the resume keys that clients show. */
    public ResumeKeys resumeKeys() {
        return resumeKeys;
    }

    /** Says what they grant. */
    public GrantResolver grantResolver() {
        return grantResolver;
    }

    /** Says what storage servers shall carry to other pools. */
    public WantedPlaces wantedPlaces() {
        return wishes;
    }

    /** Ends the background work and waits for a round under way. Closing again does nothing. */
    @Override
    public void close() throws IOException {
        housekeeper.close();
        background.shutdownNow();
        OpenParts.awaitEnd("the group's background work", background);
    }

    private static GroupStatus status(GroupInfo group, List<ServerReport> servers, HoldingsCheck holdings) {
        SpaceTotals space = servers.stream().map(ServerReport::space).reduce(SpaceTotals.NONE, SpaceTotals::plus);
        List<ServerDescription> descriptions = servers.stream().map(ServerReport::description).toList();
        List<String> problems = Stream.concat(
                Stream.concat(holdings.restoredFromPast().stream(), holdings.unsealable().stream()),
                servers.stream().flatMap(s -> s.problems().stream())).toList();
        return new GroupStatus(group.group(), descriptions, space.capacityBytes(), space.usedBytes(), space.freeBytes(),
                space.reserveBytes(), problems);
    }
}
