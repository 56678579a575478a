package io.batonfs.client;

import io.batonfs.model.BatonException;
import io.batonfs.model.ErrorCode;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * How a client behaves: read once from the settings, never changed.
 *
 * @param connectionsPerServer LWIO connections kept to each server
 * @param bufferBytes          bytes of one pooled buffer; a power of two, at least 64 KiB (the largest block)
 * @param bufferMemoryBytes    most bytes of pooled buffers of one client
 * @param writeWindowBuffers   buffers that one output may have sent and not yet acknowledged
 * @param parallelReads        READs that one call may have outstanding
 * @param readAheadBytes       most bytes of one read-ahead window, of which a stream has up to three; 0 turns it off
 * @param retryTimeoutMs       how long a call is retried before its failure is passed on
 * @param retryBaseMs          pause before the first retry; doubles from there
 * @param retryMaxMs           longest pause between retries
 * @param requestTimeoutMs     a call or LWIO request without an answer for so long has lost its connection
 * @param leaseRenewMs         time between renewals of leases
 * @param offloadBatchItems    most items of one offload call
 * @param tokenLifeMs          time to live of tokens that the client makes for itself
 * @param tokenInactivityMs    inactivity limit of those
 * @param cachedRoutes         most pages whose route is remembered
 * @param closeSync            whether close makes data survive a power cut, as hsync does
 * @param sharedMemory         whether memory is shared with servers of this host, where they offer it
 * @param sharedMemoryDirectory where they have it
 * @param sharedMemoryServerUsers users, beside this process's own, whose servers that is done with
 */
public record ClientConfig(
        int connectionsPerServer, int bufferBytes, long bufferMemoryBytes, int writeWindowBuffers, int parallelReads,
        int readAheadBytes, long retryTimeoutMs, long retryBaseMs, long retryMaxMs, long requestTimeoutMs,
        long leaseRenewMs, int offloadBatchItems, long tokenLifeMs, long tokenInactivityMs, int cachedRoutes,
        boolean closeSync, boolean sharedMemory, Path sharedMemoryDirectory, Set<String> sharedMemoryServerUsers) {

    /**
     * A declared key.
     *
     * @param name         as in core-site.xml
     * @param defaultValue what holds where it is not set
     * @param explanation  what it does and why the default is what it is
     */
    public record Key(String name, String defaultValue, String explanation) {
    }

    private static final String PREFIX = "fs.baton.client.";
    private static final int SMALLEST_BUFFER = 64 << 10;

    private static final Key CONNECTIONS = new Key(PREFIX + "connections.per.server", "2",
            "LWIO connections to each storage server. Each stream keeps to one; two let a large transfer and small "
                    + "ones pass each other. Each takes a place among those with large receive buffers, also if it "
                    + "only reads: by default a server has 56, those of 28 clients.");
    private static final Key BUFFER = new Key(PREFIX + "buffer.bytes", "524288",
            "Bytes of one transfer buffer, a power of two of at least 64 KiB. 512 KiB: copying it takes about 11 us "
                    + "at 47 GB/s, many times the cost of a request.");
    private static final Key BUFFER_MEMORY = new Key(PREFIX + "buffer.memory.bytes", "67108864",
            "Most bytes of transfer buffers of one client. 64 MiB = 128 buffers = 16 streams with full windows; "
                    + "streams past that share what there is, and each may have 64 KiB of its own.");
    private static final Key WRITE_WINDOW = new Key(PREFIX + "write.window.buffers", "8",
            "Buffers that one output may have on the way. 8 x 512 KiB = 4 MiB: enough for 4 GB/s at 1 ms a round "
                    + "trip, where the server grants its largest receive buffers. A crowded one has no more than 16 "
                    + "writes of 8 KiB on the way: 130 MB/s at 1 ms.");
    private static final Key PARALLEL_READS = new Key(PREFIX + "read.parallel.requests", "8",
            "READ requests that one call may have outstanding. With 512 KiB each the same 4 MiB as for writing.");
    private static final Key READ_AHEAD = new Key(PREFIX + "readahead.bytes", "524288",
            "Most bytes of a read-ahead window, of which a sequential stream has up to three: 1.5 MiB, and one "
                    + "that reads more at a time up to eight. More than buffer.bytes counts as that; 0 turns reading "
                    + "ahead off. Random reads never start it.");
    private static final Key RETRY_TIMEOUT = new Key(PREFIX + "retry.timeout.ms", "60000",
            "How long what can be retried is retried. A minute: longer than the election of a new catalog leader "
                    + "and the restart of a server take.");
    private static final Key RETRY_BASE = new Key(PREFIX + "retry.base.ms", "10",
            "Pause before the first retry, doubled for each further one, each shortened by up to half at random.");
    private static final Key RETRY_MAX = new Key(PREFIX + "retry.max.ms", "2000",
            "Longest pause between two retries; about 30 tries in the last of a retry.timeout.ms of a minute.");
    private static final Key REQUEST_TIMEOUT = new Key(PREFIX + "request.timeout.ms", "60000",
            "A call or LWIO request that has no answer for so long counts as lost, and its connection with it.");
    private static final Key LEASE_RENEW = new Key(PREFIX + "lease.renew.ms", "20000",
            "Time between renewals of the leases of files being written. A third of the soft limit of 60 s: two "
                    + "renewals may get lost.");
    private static final Key OFFLOAD_BATCH = new Key(PREFIX + "offload.batch.items", "1000",
            "Most items of one offload call; larger lists are split. 1000 x (512 bytes of token + about 300 of path "
                    + "and options) is under 1 MB, below the 4 MB of a catalog command.");
    private static final Key TOKEN_LIFE = new Key(PREFIX + "token.life.ms", "600000",
            "Time to live of tokens that a copy makes for itself. Ten minutes: they are used at once; the rest is "
                    + "for a catalog that is being restarted.");
    private static final Key TOKEN_INACTIVITY = new Key(PREFIX + "token.inactivity.ms", "120000",
            "Inactivity limit of those tokens: twice retry.timeout.ms, so that no retry outlives its token.");
    private static final Key CACHED_ROUTES = new Key(PREFIX + "cached.routes", "65536",
            "Most pages whose route is remembered. 65,536 pages of 32 MiB are 2 TiB; about 100 bytes each.");
    private static final Key CLOSE_SYNC = new Key(PREFIX + "close.sync", "false",
            "Whether close makes the data survive a power cut, as hsync does, before it commits. Off, as in HDFS: "
                    + "forcing costs about 0.5 ms a file, as hsync does, and who needs it calls hsync.");

    private static final Key SHARED_MEMORY = new Key(PREFIX + "shared.memory.enabled", "true",
            "Whether data goes by shared memory to and from servers of this host that offer it (baton.server.shared."
                    + "memory.enabled), instead of TCP. Wherever that does not work TCP takes over by itself.");
    private static final Key SHARED_MEMORY_DIRECTORY = new Key(PREFIX + "shared.memory.dir", "/dev/shm",
            "Directory in which servers of this host have their shared memory: their baton.server.shared.memory.dir.");
    private static final Key SHARED_MEMORY_SERVER_USERS = new Key(PREFIX + "shared.memory.server.users", "",
            "Users, with commas between them, whose servers memory is shared with, beside this process's own. Such a server "
                    + "can take time of the process's threads, as baton.server.shared.memory.users says of clients: name "
                    + "the user that runs Baton's, where it is another.");

    /** Every key, in the order in which conf/core-site.xml explains them. */
    public static final List<Key> KEYS = List.of(CONNECTIONS, BUFFER, BUFFER_MEMORY, WRITE_WINDOW, PARALLEL_READS,
            READ_AHEAD, RETRY_TIMEOUT, RETRY_BASE, RETRY_MAX, REQUEST_TIMEOUT, LEASE_RENEW, OFFLOAD_BATCH, TOKEN_LIFE,
            TOKEN_INACTIVITY, CACHED_ROUTES, CLOSE_SYNC, SHARED_MEMORY, SHARED_MEMORY_DIRECTORY,
            SHARED_MEMORY_SERVER_USERS);

    /** What holds where nothing is set. */
    public static ClientConfig defaults() {
        try {
            return from(Map.of());
        } catch (BatonException e) {
            throw new AssertionError("a default is out of its own range", e);
        }
    }

    /**
     * Reads the settings; keys that are not the client's are left alone.
     *
     * @throws BatonException INVALID_ARGUMENT naming the key, its value and the range
     */
    public static ClientConfig from(Map<String, String> settings) throws BatonException {
        int bufferBytes = (int) number(settings, BUFFER, SMALLEST_BUFFER, 64 << 20);
        if (Integer.bitCount(bufferBytes) != 1) {
            throw refuse(BUFFER, Integer.toString(bufferBytes), "a power of two");
        }
        return new ClientConfig(
                (int) number(settings, CONNECTIONS, 1, 64),
                bufferBytes,
                number(settings, BUFFER_MEMORY, bufferBytes, 1L << 40),
                (int) number(settings, WRITE_WINDOW, 1, 1024),
                (int) number(settings, PARALLEL_READS, 1, 1024),
                Math.min(bufferBytes, (int) number(settings, READ_AHEAD, 0, 64 << 20)),
                number(settings, RETRY_TIMEOUT, 0, 1L << 40),
                number(settings, RETRY_BASE, 1, 60_000),
                number(settings, RETRY_MAX, 1, 3_600_000),
                number(settings, REQUEST_TIMEOUT, 1, 1L << 40),
                number(settings, LEASE_RENEW, 1, 3_600_000),
                (int) number(settings, OFFLOAD_BATCH, 1, 1000),
                number(settings, TOKEN_LIFE, 1, 1L << 40),
                number(settings, TOKEN_INACTIVITY, 1, 1L << 40),
                (int) number(settings, CACHED_ROUTES, 1, 1 << 28),
                flag(settings, CLOSE_SYNC),
                flag(settings, SHARED_MEMORY),
                absolutePath(settings, SHARED_MEMORY_DIRECTORY),
                names(settings, SHARED_MEMORY_SERVER_USERS));
    }

    private static long number(Map<String, String> settings, Key key, long least, long most) throws BatonException {
        String text = settings.getOrDefault(key.name(), key.defaultValue()).trim().toLowerCase(Locale.ROOT);
        String wanted = "a whole number from " + least + " to " + most + ", with k, m or g after it if you like";
        int shift = text.endsWith("k") ? 10 : text.endsWith("m") ? 20 : text.endsWith("g") ? 30 : 0;
        long value;
        try {
            value = Long.parseLong(shift == 0 ? text : text.substring(0, text.length() - 1));
        } catch (NumberFormatException e) {
            throw refuse(key, text, wanted);
        }
        if (value < 0 || value > Long.MAX_VALUE >> shift || value << shift < least || value << shift > most) {
            throw refuse(key, text, wanted);
        }
        return value << shift;
    }

    private static boolean flag(Map<String, String> settings, Key key) throws BatonException {
        String text = settings.getOrDefault(key.name(), key.defaultValue()).trim().toLowerCase(Locale.ROOT);
        return switch (text) {
            case "true" -> true;
            case "false" -> false;
            default -> throw refuse(key, text, "true or false");
        };
    }

    /** Of the kind that hosts with shared memory have; elsewhere it names nothing. */
    private static Path absolutePath(Map<String, String> settings, Key key) throws BatonException {
        String text = settings.getOrDefault(key.name(), key.defaultValue()).trim();
        if (!text.startsWith("/")) {
            throw refuse(key, text, "an absolute path");
        }
        return Path.of(text);
    }

    private static Set<String> names(Map<String, String> settings, Key key) {
        return Stream.of(settings.getOrDefault(key.name(), key.defaultValue()).split(","))
                .map(String::trim).filter(name -> !name.isEmpty()).collect(Collectors.toUnmodifiableSet());
    }

    private static BatonException refuse(Key key, String value, String wanted) {
        return new BatonException(ErrorCode.INVALID_ARGUMENT,
                "setting " + key.name() + " is \"" + value + "\"; it has to be " + wanted);
    }
}
