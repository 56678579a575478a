package io.batonfs.protocol.rpc;

/** What both ends of the control side have to agree on beside the messages. */
public final class ControlProtocol {
    /** The port of a {@code baton://host/} that names none. */
    public static final int DEFAULT_PORT = 8770;

    /**
     * Most bytes of a request: 16 MiB. The largest ones are a thousand items of an offload write, under 1 MB, and lists
     * for concat; and a server sets this much aside as soon as anybody who reaches its port announces it, so the 128 MB
     * that Hadoop allows would let a few strangers use up its memory.
     */
    public static final int MOST_REQUEST_BYTES = 16 << 20;

    /**
     * Most items of one offload read or write, as many as our clients put into one. Each of them costs the server far more than its bytes: a key, a command,
     * a line in the audit log; and a request has room for a million.
     */
    public static final int MOST_ITEMS = 1000;

    /**
     * The key of the Kerberos principal that servers run under; clients compare the server that answers with it. As in
     * all of Hadoop, {@code _HOST} in it stands for the server's host name.
     */
    public static final String SERVER_PRINCIPAL = "baton.server.kerberos.principal";

    /**
     * Version of both protocols. It is raised only by a change that an older end can't live with; what is added within
     * the rules that stand in records.proto does not raise it.
     */
    static final long VERSION = 1;

    private ControlProtocol() {
    }
}
