package io.batonfs.server.daemon;

import io.batonfs.server.local.PoolSettings;
import java.util.List;

/**
 * A key of baton-site.xml, as conf/baton-site.xml explains it.
 *
 * @param name        its name, beginning with {@link #PREFIX}
 * @param defaultText what holds where it is not set
 * @param meaning     what it does and why the default is what it is
 */
public record DaemonKey(String name, String defaultText, String meaning) {

    /** What every key of a server begins with; one that begins so and is none of {@link #ALL} is refused. */
    public static final String PREFIX = "baton.server.";

    static final DaemonKey DIRECTORY = new DaemonKey(PREFIX + "dir", "/var/lib/baton",
            "Directory of the group: catalog, lock, and the device files if no devices are named. Made and formatted at "
                    + "the first start.");
    static final DaemonKey SERVERS = new DaemonKey(PREFIX + "storage.servers", "1",
            "Storage servers in this process, 1 to 16. One uses all devices; more of them are for trying. Fixed when the "
                    + "group is formatted.");
    static final DaemonKey DEVICES = new DaemonKey(PREFIX + "devices", "",
            "Paths of the devices, files or block devices, with commas between them; those of a further storage "
                    + "server after a semicolon. As many for each as the levels of its pools take, 1 to 64. Empty: "
                    + "sparse files below the directory.");
    static final DaemonKey DEVICES_PER_SERVER = new DaemonKey(PREFIX + "devices.per.server", "4",
            "Device files of each storage server where none are named, 1 to 64, as many as the levels of its pools "
                    + "take. Fixed when the group is formatted.");
    static final DaemonKey DEVICE_BYTES = new DaemonKey(PREFIX + "device.bytes", "17179869184",
            "Bytes of each device file that is made, at least 64 MiB; sparse until used. 4 x 16 GiB: half for RAID 10 and "
                    + "half for RAID 5 give 16 + 24 GiB of user data.");
    static final DaemonKey RESERVED_BYTES = new DaemonKey(PREFIX + "reserved.bytes", "1073741824",
            "When the file system of the directory or of a sparse device file has fewer bytes left, changes and writes "
                    + "are refused until there is room again. 1 GiB: twice, for mirrors, the 256 MiB of writes that a "
                    + "storage server takes at a time, and as much again for the catalog's log.");
    static final DaemonKey POOLS = new DaemonKey(PREFIX + "pools", PoolSettings.DEFAULT,
            "Pools of each storage server, in the order in which they lie on its devices, with semicolons between "
                    + "them: a name, level= and share=, and spans=, unit= and segments= where they are wanted. level is the "
                    + "RAID level: 0 (nothing survives a device), 1 (a copy on each device; two at least), 10 "
                    + "(pairs; an even number, four at least), 5 (one parity; three at least), 50 (RAID 5 sets of "
                    + "three devices at least), 6 (two parities; four at least). share is the percentage of each "
                    + "device, 100 for all pools together; a pool of level 0, 1 or 10 holds 8 TiB at most. spans is the "
                    + "number of RAID 5 sets of a RAID 50, by default the fewest there can be. unit is what lies "
                    + "together on a device, in bytes, a multiple of 4096: by default 4096 with parity, so that a small file costs little, and 65536 "
                    + "without. segments is how many slots for segments there are, 1024 to 67108860: each file has one "
                    + "at least, and one more for each 32 MiB (a page). By default one for 32 KiB of the pool, 4194304 "
                    + "at most; where most files are smaller, more are wanted, and each takes 273 bytes of each of the "
                    + "first four devices and half a KiB of memory once it is used. Fixed when the group is formatted; "
                    + "what is on the devices counts from then on, and "
                    + "the log says so if it is something else.");
    static final DaemonKey POOL = new DaemonKey(PREFIX + "pool", "",
            "Pool of new data that no storage policy sends elsewhere, one of those on its devices. Empty: the first "
                    + "there that is not level 0, or the first if all are. What is stored already stays where it is.");
    static final DaemonKey PLACEMENT = new DaemonKey(PREFIX + "placement.enabled", "false",
            "Whether pages are carried between the pools of a storage server by what is done with them: what is used most "
                    + "to the fastest, what is not used for a day to where it takes least space. Files with a storage "
                    + "policy stay where that has put them. Not by default: which of two pools is the faster is told by "
                    + "their levels and places on the devices, and on some devices it is not so.");
    static final DaemonKey PLACEMENT_BANDWIDTH = new DaemonKey(PREFIX + "placement.bandwidth.mib", "64",
            "MiB of pages that each storage server moves in a second in the long run, 1 to 65536; in the interval after a "
                    + "time of rest a minute's worth. 64: two pages, which are read and written, a tenth of what a disk "
                    + "does.");
    static final DaemonKey PLACEMENT_INTERVAL_MS = new DaemonKey(PREFIX + "placement.interval.ms", "60000",
            "Milliseconds from the end of one look at what was done with pages to the next, 1000 to 3600000. A page has to "
                    + "be used in three of them before it is taken for one that is used, and to be left alone in 1440, a "
                    + "day of minutes, before it is taken for one that is not.");
    static final DaemonKey PLACEMENT_GRANULARITY = new DaemonKey(PREFIX + "placement.granularity", "page",
            "What is kept together in one pool when pages are placed by what is done with them: page (each goes its own "
                    + "way), extent (what one writer wrote together) or volume (everything that a storage "
                    + "server holds of it). The smaller, the less is moved for what is hot; the larger, the fewer pools a "
                    + "file depends on.");
    static final DaemonKey RETIRE_BANDWIDTH = new DaemonKey(PREFIX + "retire.bandwidth.mib", "64",
            "MiB of pages that each storage server carries in a second from a set of devices that it gives back (\"baton "
                    + "devices retire-set\") to others, 1 to 65536, whether or not placement is enabled. 64: a tenth of "
                    + "what a disk does; 8 TB take a day and a half.");
    static final DaemonKey SCRUB = new DaemonKey(PREFIX + "scrub.enabled", "true",
            "Whether each storage server reads all that its devices hold, time and again, and mends what has decayed while "
                    + "redundancy still can. \"baton scrub\" shows what it has met, starts a pass at once, and pauses.");
    static final DaemonKey SCRUB_RATE = new DaemonKey(PREFIX + "scrub.bytes.per.second", "67108864",
            "Most bytes that scrubbing reads from and writes to all devices of a storage server together in a second, "
                    + "65536 to 1099511627776. 64 MiB/s are 5.8 TB a day: four full devices of 8 TB take six days, and "
                    + "lose a tenth of what a disk that turns reads in a row.");
    static final DaemonKey SCRUB_INTERVAL = new DaemonKey(PREFIX + "scrub.interval.hours", "168",
            "Hours from the end of a pass to the beginning of the next, 0 to 87840. The first begins so long after the "
                    + "first start. A week: what has decayed unseen is found before the next device is likely to fail.");
    static final DaemonKey REBUILD_MOST = new DaemonKey(PREFIX + "rebuild.most.bytes.per.second", "134217728",
            "Most bytes that rebuilding writes to a device that was put in another's place in a second, 1048576 to "
                    + "1099511627776; what clients read and write at the same time is taken off it. 128 MiB/s are 17 "
                    + "hours for 8 TB, about what a disk that turns can write.");
    static final DaemonKey REBUILD_LEAST = new DaemonKey(PREFIX + "rebuild.least.bytes.per.second", "16777216",
            "What rebuilding keeps to itself of that, however much clients want; from 1048576 to the most. 16 MiB/s are "
                    + "nearly six days for 8 TB: the longer it takes, the longer another failure may cost data.");
    static final DaemonKey SPARE_DELAY = new DaemonKey(PREFIX + "spare.delay.minutes", "10",
            "Minutes after the start before a spare is put in the place of a device that is missing or out then, 0 to "
                    + "10080, so that it may be brought back; one that fails later is replaced at once. 10: a cable, or "
                    + "another machine that starts more slowly, costs no spare.");
    static final DaemonKey PACKING = new DaemonKey(PREFIX + "packing.enabled", "true",
            "Whether small files share rows of pools with parity (5, 50, 6) once they are written: one of 1 KiB then takes "
                    + "4 KiB, instead of 12 in a RAID 5 of four devices. Software that knows no packing refuses pools in "
                    + "which there are such files: set it to false before an upgrade that may have to be taken back. What "
                    + "is packed stays packed, and while this is false gives its room back only as whole containers of it, "
                    + "1 MiB, are deleted.");
    static final DaemonKey DEVICE_DAMAGED = new DaemonKey(PREFIX + "device.damaged.blocks", "10",
            "Damaged blocks of 4 KiB on one device within a day that health tells of, with what to do, 0 to 2147483647; 0: "
                    + "never. Fewer are mended from redundancy and shown by \"baton devices list\". 10: a sector that can't be "
                    + "read costs a block, and one bad spot a few; more than that is a device that is going.");
    static final DaemonKey DEVICE_HUNG = new DaemonKey(PREFIX + "device.hung.seconds", "30",
            "Seconds after which health tells of a device that does not answer, 1 to 86400. 30: what Linux gives a disk "
                    + "before it resets it. A force, which may write gigabytes, has ten times as long.");
    static final DaemonKey SUPERUSER = new DaemonKey(PREFIX + "superuser", "",
            "User that permission checks pass over, and owner of the root of a group that is formatted. Empty: the user "
                    + "that the daemon runs as.");
    static final DaemonKey RPC_ADDRESS = new DaemonKey(PREFIX + "rpc.address", "0.0.0.0:8770",
            "Where control calls are taken, host:port: the authority of baton:// URIs. Port 0 takes any.");
    static final DaemonKey RPC_HANDLERS = new DaemonKey(PREFIX + "rpc.handlers", "16",
            "Threads that answer control calls, 1 to 4096. The catalog's log takes 17,000 commands a second from eight "
                    + "callers and 27,000 from 64, so that more than 16 gain little.");
    static final DaemonKey DATA_ADDRESS = new DaemonKey(PREFIX + "data.address", "0.0.0.0:8771",
            "Where the first storage server takes data connections, host:port; each further one at the next port. Port 0 "
                    + "takes any for each.");
    static final DaemonKey SHARED_MEMORY = new DaemonKey(PREFIX + "shared.memory.enabled", "auto",
            "Whether clients on this host may come by shared memory: auto, true or false. With auto they may if the "
                    + "directory is there and can be used, and the log says if not; with true the server does not start "
                    + "without. TCP is there for everybody in any case.");
    static final DaemonKey SHARED_MEMORY_DIRECTORY = new DaemonKey(PREFIX + "shared.memory.dir", "/dev/shm",
            "Directory of shared memory, in a file system that is in memory. Clients need the same "
                    + "(fs.baton.client.shared.memory.dir); in a container, that directory of the host's, or they come by "
                    + "TCP. Of a server that was killed a directory with two empty files stays there until its next start.");
    static final DaemonKey SHARED_MEMORY_USERS = new DaemonKey(PREFIX + "shared.memory.users", "",
            "Users, with commas between them, whose processes may come by shared memory beside the server's own; * for "
                    + "all of this host. What they may do with files is not changed by that. But they can take memory up to "
                    + "shared.memory.bytes, and time of the server's threads; a file that one of them cuts short ends his "
                    + "connection. All others come by TCP.");
    static final DaemonKey SHARED_MEMORY_BYTES = new DaemonKey(PREFIX + "shared.memory.bytes", "268435456",
            "Most bytes of shared memory, but no more than half of what the directory has left at the start; further "
                    + "clients come by TCP. 256 MiB: 402 connections of 20 KiB and two rings, wide ones within the first "
                    + "quarter, and a client has fs.baton.client.connections.per.server, 2, with each storage server.");
    static final DaemonKey SHARED_MEMORY_RING = new DaemonKey(PREFIX + "shared.memory.ring.bytes", "262144",
            "Bytes of each of the two rings of a connection, a multiple of 4096 from 16384 to 67108864. 256 KiB stay in a "
                    + "core's cache while they are copied in and out. As long as all take no more than a quarter of "
                    + "shared.memory.bytes, a connection that comes has wide ones of 1088 KiB, if that is more: they hold "
                    + "what the longest READ brings as a whole. With less than 256 KiB here there are no wide ones.");
    static final DaemonKey HTTP_ADDRESS = new DaemonKey(PREFIX + "http.address", "0.0.0.0:8779",
            "Where /health, /pools, /scrub, /jmx, /prom and /conf are answered, host:port; /logs too, but only where "
                    + "hadoop.security.authorization tells administrators from others, since the audit log names "
                    + "everybody's files. Port 0 takes any. Where hadoop.security.instrumentation.requires.admin is "
                    + "true, /pools and /scrub, which name devices and pages, /jmx and /conf are for administrators.");
    static final DaemonKey ADVERTISED_HOST = new DaemonKey(PREFIX + "advertised.host", "",
            "The host that clients are told to connect to for data, and that block locations name. Empty: this host's "
                    + "canonical name, or the address that data.address names if it names one.");
    static final DaemonKey EXIT_ON_FAILED_CATALOG = new DaemonKey(PREFIX + "exit.on.failed.catalog", "true",
            "Whether the process ends, with exit code 3, when its catalog has stopped, so that a supervisor starts it "
                    + "anew. If not it goes on, answers nothing, and /health says why.");
    static final DaemonKey SHUTDOWN_TIMEOUT_MS = new DaemonKey(PREFIX + "shutdown.timeout.ms", "60000",
            "After so many milliseconds an orderly shutdown is cut short, 1000 to 3600000; nothing acknowledged is lost "
                    + "by that. A minute: as long as a slow disk takes for what is under way.");

    /** Every key, in the order in which conf/baton-site.xml explains them. */
    public static final List<DaemonKey> ALL = List.of(DIRECTORY, SERVERS, DEVICES, DEVICES_PER_SERVER, DEVICE_BYTES,
            POOLS, RESERVED_BYTES, POOL, PLACEMENT, PLACEMENT_BANDWIDTH, PLACEMENT_INTERVAL_MS, PLACEMENT_GRANULARITY,
            RETIRE_BANDWIDTH, SCRUB, SCRUB_RATE, SCRUB_INTERVAL, REBUILD_MOST, REBUILD_LEAST, SPARE_DELAY, PACKING, DEVICE_DAMAGED,
            DEVICE_HUNG, SUPERUSER, RPC_ADDRESS, RPC_HANDLERS, DATA_ADDRESS, SHARED_MEMORY, SHARED_MEMORY_DIRECTORY, SHARED_MEMORY_USERS,
            SHARED_MEMORY_BYTES, SHARED_MEMORY_RING, HTTP_ADDRESS, ADVERTISED_HOST, EXIT_ON_FAILED_CATALOG, SHUTDOWN_TIMEOUT_MS);
}
