package io.batonfs.server.local;

import io.batonfs.catalog.Catalog;
import io.batonfs.catalog.CatalogFigures;
import io.batonfs.catalog.CatalogRequest;
import io.batonfs.catalog.Command;
import io.batonfs.catalog.GroupSettings;
import io.batonfs.catalog.Reply;
import io.batonfs.catalog.machine.CatalogMachine;
import io.batonfs.catalog.ratis.CatalogLogConfig;
import io.batonfs.catalog.ratis.InProcessDirectory;
import io.batonfs.catalog.ratis.RatisCatalog;
import io.batonfs.model.BatonException;
import io.batonfs.model.Caller;
import io.batonfs.model.ErrorCode;
import io.batonfs.model.GroupId;
import io.batonfs.model.Invocation;
import io.batonfs.model.PageGeometry;
import io.batonfs.model.ServerId;
import io.batonfs.protocol.CallContext;
import io.batonfs.protocol.CatalogService;
import io.batonfs.protocol.CheckService;
import io.batonfs.protocol.OwnerService;
import io.batonfs.protocol.StorageService;
import io.batonfs.server.OpenParts;
import io.batonfs.server.frontend.CatalogServer;
import io.batonfs.server.frontend.GroupPolicy;
import io.batonfs.server.frontend.ServerReport;
import io.batonfs.server.storage.Administrators;
import io.batonfs.server.storage.HostSpace;
import io.batonfs.server.storage.ServerSet;
import io.batonfs.server.storage.StorageServer;
import io.batonfs.server.storage.StorageServerConfig;
import io.batonfs.transport.lwio.LwioClient;
import io.batonfs.transport.lwio.LwioClientConfig;
import io.batonfs.transport.lwio.LwioConnection;
import io.batonfs.transport.lwio.LwioServerConfig;
import io.batonfs.transport.lwio.NegotiateRequest;
import io.batonfs.transport.lwio.NegotiateResponse;
import io.batonfs.transport.verbs.Nic;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A group inside one process: one catalog peer and its storage servers (DESIGN.md 8). Embedded, it is called directly and
 * joined by an in-process wire; a daemon joins it with the network. Owns everything below it from open to close.
 * Thread-safe.
 *
 * <p>Its directory:
 * <pre>
 *   lock                  held by the JVM that has the group open
 *   group                 what the group is, see GroupDescriptor; written last when it is formatted
 *   catalog/              log, snapshots and tables
 *   maintenance/server-N/ what server N keeps beside its devices: where its scrubbing is, and which devices were replaced
 *   sets/server-N         which further sets of devices server N was given; not there if none
 *   tmp/                  files that nobody misses, while a daemon runs
 *   former                devices of a group that is being formatted over; not there when that is done. Stays if it can't
 *                         be read
 *   server-N/device-M     the devices of server N, from 1, sparse files, unless devices are named
 * </pre>
 */
public final class LocalGroup implements Closeable {
    private static final Logger LOG = LoggerFactory.getLogger(LocalGroup.class);

    /** Devices that answer are blank in some milliseconds each. */
    private static final long PATIENCE_MS = 10_000;
    /** A segment of the log is laid out before it is written to, 4 MiB, and what was in memory is put into tables. */
    private static final long SPACE_TO_OPEN = 32L << 20;

    private final LocalGroupConfig settings;
    private final SpaceToOpen space;
    private final GroupWiring wiring;
    private final Clock clock;
    private final SecureRandom random;
    private final DeviceUse use;
    private final long patienceMs;
    private final OpenParts parts = new OpenParts();
    private final GroupFiles files;
    private final Map<ServerId, StorageServer> servers = new ConcurrentSkipListMap<>();
    private final Nic nic;
    private final GroupDescriptor descriptor;
    private final LwioClient peerLink;
    private final RatisCatalog ratis;
    private final HostSpace catalogSpace;
    private final HostSpace deviceSpace;
    private final CatalogServer catalogServer;
    private final RunningChecks checks;

    private LocalGroup(LocalGroupConfig settings, GroupWiring wiring, Formatting formatting, SpaceToOpen space,
            Clock clock, SecureRandom random, DeviceUse use, long patienceMs, GivenUp givenUp) throws IOException {
        this.settings = settings;
        this.space = space;
        this.wiring = wiring;
        this.clock = clock;
        this.random = random;
        this.use = use;
        this.patienceMs = patienceMs;
        this.files = new GroupFiles(settings.directory());
        files.makeDirectory(settings.key("dir"));
        parts.add(GroupLock.take(settings.directory(), settings.key("dir")));
        try {
            files.deleteTemporary();
            parts.add(files::deleteTemporary);
            GroupDevices devices = new GroupDevices(files, settings);
            boolean fresh = toBeFormatted(devices, formatting, givenUp);
            this.descriptor = fresh ? prepare(devices, formatting) : GroupDescriptor.read(settings.directory());
            checkSpaceToOpen(space, settings, devices, descriptor, 0);
            this.ratis = openCatalog();
            this.catalogSpace = new HostSpace(List.of(files.catalog()), settings.reservedBytes());
            Catalog catalog = new SpaceGuardedCatalog(ratis, catalogSpace);
            if (fresh) {
                format(catalog);
                descriptor.write(settings.directory());
                LOG.info("Formatted {} with {} server(s) in {}", descriptor.group(), descriptor.servers(),
                        settings.directory());
            }
            this.nic = wiring.nic();
            parts.add(nic);
            this.peerLink = new LwioClient(nic, LwioClientConfig.DEFAULT, task -> daemon(task, "baton-lwio-peers"));
            parts.add(peerLink::close);
            this.catalogServer = new CatalogServer(catalog, this::reports, this::owner,
                    GroupPolicy.defaults(settings.superuser()), clock, random);
            parts.add(catalogServer);
            this.deviceSpace = new HostSpace(devices.growingDirectories(descriptor), settings.reservedBytes());
            for (int number = 1; number <= descriptor.servers(); number++) {
                openServer(devices, new ServerId(number));
            }
            noteOtherPools();
            // Closed once more: its background work ends before the servers that it asks.
            parts.add(catalogServer);
            catalogServer.begin();
            this.checks = parts.add(new RunningChecks(descriptor.group(), catalog, this::servers,
                    administrators(), CheckBounds.OF_A_SERVER, System::nanoTime, task -> daemon(task, "baton-check")));
        } catch (IOException | RuntimeException e) {
            parts.closeAfter(e);
            throw e;
        }
    }

    /** What is to happen to a directory that may hold a group. */
    private enum Formatting {
        /** One that holds none is formatted, on devices that are blank. */
        IF_NEEDED,
        /** It is formatted, and nothing may be lost by that. */
        FORMAT,
        /** It is formatted, whatever is lost. */
        OVERWRITE
    }

    /**
     * Opens a group whose servers and clients are in this JVM, formatting its directory if nobody has.
     *
     * @throws BatonException BUSY if another process has it open; else what stands in the way
     */
    public static LocalGroup open(LocalGroupConfig settings, Clock clock, SecureRandom random) throws IOException {
        return open(settings, GroupWiring.inProcess(), clock, random);
    }

    /**
     * Opens a group, formatting its directory if nobody has.
     *
     * @throws BatonException BUSY if another process has it open; else what stands in the way
     */
    public static LocalGroup open(LocalGroupConfig settings, GroupWiring wiring, Clock clock, SecureRandom random)
            throws IOException {
        return open(settings, wiring, clock, random, DeviceUse.OF_THIS_MACHINE, PATIENCE_MS);
    }

    /**
     * The same.
     *
     * @param use        asked before anything is zeroed on a device of a former group, or of a set that is given back
     * @param patienceMs how long such a device may hold up the start, or an order about it, milliseconds
     */
    static LocalGroup open(LocalGroupConfig settings, GroupWiring wiring, Clock clock, SecureRandom random, DeviceUse use,
            long patienceMs) throws IOException {
        LocalGroup group = new LocalGroup(settings, wiring, Formatting.IF_NEEDED, SpaceToOpen.OF_THE_HOST, clock, random,
                use, patienceMs, new GivenUp());
        try {
            // Of a formatting that was cut short.
            group.parts.add(new FormerDevicesAtStart(group.files, group.id(),
                    new GroupDevices(group.files, settings).paths(), use, task -> daemon(task, "baton-former-devices")))
                    .await(patienceMs);
            return group;
        } catch (RuntimeException | Error e) {
            try {
                group.close();
            } catch (IOException f) {
                e.addSuppressed(f);
            }
            throw e;
        }
    }

    /**
     * Formats the directory and the devices of a group, and tries that it can be opened.
     *
     * @param overwrite whether a group or anything else that is there may be lost
     * @return the new group
     * @throws BatonException what refuses it; a group that was there is as it was then: ALREADY_EXISTS if something is
     *                        there and may not be lost; BUSY as for {@link #open}; NO_SPACE; NOT_FOUND and
     *                        INVALID_ARGUMENT if the devices aren't right
     * @throws IOException    any other, if devices fail: the old group is gone if they did while they were written to
     */
    public static GroupId format(LocalGroupConfig settings, boolean overwrite, Clock clock, SecureRandom random)
            throws IOException {
        return format(settings, overwrite, clock, random, LOG::warn);
    }

    /**
     * The same.
     *
     * @param told is told what became of devices that only the group that was there had, a sentence each: they are blank again
     *             if they still are what they were
     */
    public static GroupId format(LocalGroupConfig settings, boolean overwrite, Clock clock, SecureRandom random,
            Consumer<String> told) throws IOException {
        return format(settings, overwrite, SpaceToOpen.OF_THE_HOST, clock, random, told);
    }

    static GroupId format(LocalGroupConfig settings, boolean overwrite, SpaceToOpen space, Clock clock,
            SecureRandom random, Consumer<String> told) throws IOException {
        GivenUp givenUp = new GivenUp();
        try (LocalGroup group = new LocalGroup(settings, GroupWiring.inProcess(),
                overwrite ? Formatting.OVERWRITE : Formatting.FORMAT, space, clock, random, DeviceUse.OF_THIS_MACHINE,
                PATIENCE_MS, givenUp)) {
            FormerDevices former = givenUp.former;
            givenUp.former = FormerDevices.NONE;
            group.seeTo(former, told);
            return group.id();
        } finally {
            // Nobody else knows of them any more.
            givenUp.former.leave(told);
        }
    }

    /**
     * Makes devices blank that only a group had which was there before. What can't be is told; only what was in use is tried
     * again, by the next start.
     */
    private void seeTo(FormerDevices former, Consumer<String> told) {
        List<FormerDevices.Device> again =
                former.giveBack(descriptor.group(), new GroupDevices(files, settings).paths(), told);
        try {
            former.keepOnly(files, again);
        } catch (IOException e) {
            LOG.warn("{} can't be changed; the next start looks at the devices that it names once more",
                    files.formerDevices(), e);
        }
    }

    /** What a group had that was given up, until that is done with. For who formats only. */
    private static final class GivenUp {
        private FormerDevices former = FormerDevices.NONE;
    }

    private boolean toBeFormatted(GroupDevices devices, Formatting formatting, GivenUp givenUp) throws IOException {
        boolean formatted = files.isFormatted();
        if (formatted && formatting == Formatting.FORMAT) {
            throw new BatonException(ErrorCode.ALREADY_EXISTS, settings.directory() + " holds a Baton group already; to "
                    + "destroy it and all its files, run \"baton format --force\"");
        }
        if (formatted && formatting == Formatting.IF_NEEDED) {
            return false;
        }
        devices.checkPlan();
        files.refuseOtherFiles(settings.key("dir"));
        if (formatting == Formatting.OVERWRITE) {
            giveUp(devices, givenUp);
        } else {
            givenUp.former = FormerDevices.left(files);
        }
        return true;
    }

    /** The old group is, once nothing is left that could refuse the new one but a device that fails. */
    private void giveUp(GroupDevices devices, GivenUp givenUp) throws IOException {
        FormerDevices former = FormerDevices.of(files, settings);
        files.refuseUndeletable();
        devices.tryToMake();
        List<Path> made = devices.makeMissing();
        try {
            checkSpaceToOpen(space, settings, devices, newDescriptor(), 0);
            former.keep(files);
        } catch (IOException e) {
            GroupDevices.unmake(made, e);
            throw e;
        }
        if (!former.devices().isEmpty()) {
            // What the directory says of them goes now.
            LOG.warn("Of the group in {}, which is given up, these devices are none of the new one's: {}",
                    settings.directory(), former.devices().stream().map(FormerDevices.Device::path).toList());
        }
        files.disown();
        givenUp.former = former;
    }

    private GroupDescriptor newDescriptor() {
        return new GroupDescriptor(new GroupId(UUID.randomUUID()), settings.servers(), settings.devices(),
                settings.deviceBytes());
    }

    private GroupDescriptor prepare(GroupDevices devices, Formatting formatting) throws IOException {
        files.clearUnfinished(settings.key("dir"));
        GroupDescriptor made = newDescriptor();
        devices.format(made.group(), formatting == Formatting.OVERWRITE, random);
        return made;
    }

    private RatisCatalog openCatalog() throws IOException {
        ExecutorService tries = parts.addThreads("the catalog's further tries",
                Executors.newSingleThreadExecutor(task -> daemon(task, "baton-catalog-tries")));
        CatalogLogConfig config = CatalogLogConfig.onePeer(files.catalog(), descriptor.group());
        return parts.add(OpeningOnDaemon.open(() -> RatisCatalog.open(
                config, CatalogMachine::new, new InProcessDirectory(), tries), task -> daemon(task, "baton-catalog-opens")));
    }

    /**
     * Asked before anything is opened: the log's engine would say only that it has failed, and a device that meets a full
     * file system leaves its pool.
     *
     * @param moreBytes what is to be written besides
     */
    static void checkSpaceToOpen(SpaceToOpen space, LocalGroupConfig settings, GroupDevices devices,
            GroupDescriptor descriptor, long moreBytes) throws IOException {
        List<Path> growing = new ArrayList<>(devices.growingDirectories(descriptor));
        growing.add(settings.directory());
        Optional<String> shortage = space.shortage(growing, SPACE_TO_OPEN + moreBytes);
        if (shortage.isPresent()) {
            throw new BatonException(ErrorCode.NO_SPACE, "the group in " + settings.directory()
                    + " can't be opened: " + shortage.get());
        }
    }

    private void format(Catalog catalog) throws IOException {
        UUID formatter = UUID.randomUUID();
        submit(catalog, new Invocation(formatter, 0), new Command.FormatGroup(descriptor.group(), settings.superuser(),
                LocalGroupConfig.SUPERGROUP, 0755, Optional.of(LocalGroupConfig.SUPERGROUP),
                PageGeometry.DEFAULT, Command.FormatGroup.DEFAULT_RUN_PAGES, GroupSettings.DEFAULT));
        for (int server = 1; server <= descriptor.servers(); server++) {
            submit(catalog, new Invocation(formatter, server), new Command.AddServer(
                    GroupWiring.nameInCatalog(new ServerId(server))));
        }
    }

    private void submit(Catalog catalog, Invocation invocation, Command command) throws IOException {
        Caller formatter = new Caller(settings.superuser(), List.of(), true);
        try {
            Reply reply = catalog.call(new CatalogRequest(invocation, formatter, clock.millis(), command));
            if (reply instanceof Reply.Refused refused) {
                throw new BatonException(refused.code(), "the group in " + settings.directory()
                        + " could not be formatted: " + refused.message());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while the group in " + settings.directory() + " was formatted", e);
        }
    }

    private void openServer(GroupDevices all, ServerId server) throws IOException {
        all.makeDirectory(server);
        ServerSets sets = parts.add(new ServerSets(files, all, settings, descriptor, server, deviceSpace, random, use,
                new DeviceTries(task -> daemon(task, "baton-" + server + "-device"), patienceMs, System::nanoTime)));
        List<ServerSet> kept = sets.giveBackUnfinished();
        StorageServerConfig config = new StorageServerConfig(descriptor.group(), server, PageGeometry.DEFAULT,
                wiring.portsOf(descriptor.group(), server), wiring.hostName(), settings.pools().forNewData(),
                settings.key("pool"),
                Math.max(4, Runtime.getRuntime().availableProcessors()), LwioServerConfig.DEFAULT,
                settings.placement(), settings.maintenance(), () -> files.makeMaintenance(server.value()),
                administrators());
        List<GroupDevices.Opened> found = all.open(descriptor, server);
        List<ServerSet> further = new ArrayList<>(
                found.stream().skip(1).map(set -> all.toBeOpened(descriptor, server, set)).toList());
        further.addAll(kept);
        StorageServer opened = StorageServer.open(config, all.toBeOpened(descriptor, server, found.get(0)), further, sets,
                deviceSpace, nic, catalogServer.resumeKeys(), catalogServer.grantResolver(),
                catalogServer.wantedPlaces(), this::connectPeer, clock, random);
        parts.add(opened);
        for (GroupDevices.Opened set : found) {
            if (opened.hasOpened(set.set().number())) {
                all.keep(server, set);
            }
        }
        servers.put(server, opened);
    }

    /**
     * What is on the devices counts. Who set it otherwise is told, once for all servers, since they are formatted
     * alike.
     */
    private void noteOtherPools() {
        String set = PoolSettings.text(settings.pools().config(), descriptor.devices());
        for (StorageServer server : servers.values()) {
            String there = PoolSettings.text(server.pools(), descriptor.devices());
            if (!there.equals(set)) {
                LOG.warn("The devices of {} have been formatted with the pools \"{}\", and keep them; {} = \"{}\" says "
                        + "something else and counts only when devices are formatted: set it to what they have",
                        server.config().server(), there, settings.key("pools"), set);
                return;
            }
        }
    }

    private Administrators administrators() {
        return new Administrators(settings.superuser(), LocalGroupConfig.SUPERGROUP);
    }

    /** One server's way to another: negotiated and authenticated as a client's. */
    private LwioConnection connectPeer(ServerId server) throws IOException {
        StorageServer peer = server(server);
        UUID key = UUID.randomUUID();
        CallContext context = new CallContext(new Caller(settings.superuser(), List.of(), true), new Invocation(key, 0));
        StorageService.Negotiated negotiated = peer.storage().negotiate(context,
                new NegotiateRequest("a server of " + descriptor.group(), key, 0xFFFF, peerLink.providers()).encode());
        return peerLink.open(NegotiateResponse.decode(negotiated.response()), key, negotiated.authSecret());
    }

    /** A thread that does not keep the JVM alive: users of a group within their JVM don't always close it. */
    private static Thread daemon(Runnable task, String name) {
        Thread thread = new Thread(task, name);
        thread.setDaemon(true);
        return thread;
    }

    private List<ServerReport> reports() {
        return servers.values().stream().map(StorageServer::report).toList();
    }

    private OwnerService owner(ServerId server) throws IOException {
        return server(server).owner();
    }

    /** A storage server. */
    public StorageServer server(ServerId server) throws IOException {
        StorageServer found = servers.get(server);
        if (found == null) {
            throw new BatonException(ErrorCode.UNREACHABLE, server + " of " + descriptor.group() + " is not running");
        }
        return found;
    }

    /** The catalog as clients see it. */
    public CatalogService catalog() {
        return catalogServer.service();
    }

    /** Checks of it while it runs, for administrators. */
    public CheckService checks() {
        return checks;
    }

    /** The group. */
    public GroupId id() {
        return descriptor.group();
    }

    /** Its storage servers, by their ids. */
    public List<StorageServer> servers() {
        return List.copyOf(servers.values());
    }

    /** Counters of the catalog, for metrics. */
    public CatalogFigures figures() throws IOException {
        return ratis.read(reader -> reader.figures());
    }

    /**
     * Why the catalog has stopped; empty while it works. Ratis closes a peer that can't go on without ending anything
     * else, so somebody has to ask now and then.
     */
    public Optional<String> catalogFailure() {
        return ratis.log().isHealthy() ? Optional.empty()
                : Optional.of(Optional.ofNullable(ratis.log().failureMessage()).orElse("it is closed"));
    }

    /** Why changes or writes are refused at this moment for want of space on this host; empty if they aren't. */
    public Optional<String> shortage() {
        return catalogSpace.shortage().or(deviceSpace::shortage);
    }

    /** What joins clients and servers. */
    public Nic nic() {
        return nic;
    }

    /** A directory for files that nobody misses; deleted with the group's close, and at the next start. */
    public Path temporaryDirectory() throws IOException {
        return files.makeTemporary();
    }

    /** How it was opened. */
    public LocalGroupConfig settings() {
        return settings;
    }

    /** Ends background work, then the servers, the catalog, and gives the directory free. */
    @Override
    public void close() throws IOException {
        parts.close();
    }
}
