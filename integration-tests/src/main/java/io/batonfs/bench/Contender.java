package io.batonfs.bench;

import io.batonfs.bench.transport.Carrier;
import java.util.Optional;

/** What a row of work is done on. */
enum Contender {
    /** A NameNode and two DataNodes in a JVM of their own. */
    HDFS("HDFS"),
    /** {@code baton server} in a JVM of its own, over TCP. */
    BATON_DAEMON("daemon"),
    /** A Baton group inside the client's JVM. */
    BATON_EMBEDDED("embedded"),
    /** Plain files: what the operating system can do, without anything above it. */
    LOCAL_DISK("disk"),
    /** Pools on file devices, in the client's JVM, without a server. */
    POOL("pool"),
    /** Baton's wire within a process; this and what follows carries bytes between processes, and has no files. */
    IN_PROCESS("in-process", Carrier.IN_PROCESS),
    /** Baton's wire over shared memory. */
    SHARED_MEMORY("shared-memory", Carrier.SHARED_MEMORY),
    /** Baton's wire over TCP. */
    TCP("tcp", Carrier.TCP),
    /** A copy, without any transport. */
    MEMORY_COPY("memory-copy", Carrier.MEMORY_COPY),
    /** Two processes that look at one slot of shared memory. */
    RING("ring", Carrier.RING),
    /** The same two, asleep until they are woken. */
    DOORBELL("doorbell", Carrier.DOORBELL),
    UNIX_SOCKET("unix-socket", Carrier.UNIX_SOCKET),
    /** TCP by the JDK's channels. */
    NIO("nio", Carrier.NIO),
    NETTY("netty", Carrier.NETTY),
    AERON("aeron", Carrier.AERON);

    private final String title;
    private final Optional<Carrier> carrier;

    Contender(String title) {
        this.title = title;
        this.carrier = Optional.empty();
    }

    Contender(String title, Carrier carrier) {
        this.title = title;
        this.carrier = Optional.of(carrier);
    }

    /** Its name in reports. */
    String title() {
        return title;
    }

    /** What carries its bytes; empty if it is a store of files. */
    Optional<Carrier> carrier() {
        return carrier;
    }
}
