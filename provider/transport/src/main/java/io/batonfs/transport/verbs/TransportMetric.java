package io.batonfs.transport.verbs;

/**
 * What the transport counts. Counters count since the connection or the NIC was made and only grow; gauges say how it is
 * at this moment.
 */
public enum TransportMetric {
    SENDS_POSTED(Layer.NIC, Kind.COUNTER, "SendsPosted", "SENDs given to the wire"),
    WRITES_POSTED(Layer.NIC, Kind.COUNTER, "WritesPosted",
            "RDMA WRITEs given to the wire, those with immediate data too"),
    BYTES_POSTED(Layer.NIC, Kind.COUNTER, "BytesPosted", "Bytes of both"),
    SENDS_RECEIVED(Layer.NIC, Kind.COUNTER, "SendsReceived", "SENDs of peers that were delivered"),
    WRITES_RECEIVED(Layer.NIC, Kind.COUNTER, "WritesReceived",
            "RDMA WRITEs of peers that were carried out, those with immediate data too"),
    BYTES_RECEIVED(Layer.NIC, Kind.COUNTER, "BytesReceived", "Bytes of both"),
    COMPLETIONS_SEND(Layer.NIC, Kind.COUNTER, "CompletionsSend", "Completions of SENDs that succeeded"),
    COMPLETIONS_WRITE(Layer.NIC, Kind.COUNTER, "CompletionsWrite", "Completions of RDMA WRITEs that succeeded"),
    COMPLETIONS_RECEIVE(Layer.NIC, Kind.COUNTER, "CompletionsReceive", "Completions of receives that got a message"),
    COMPLETIONS_IMMEDIATE(Layer.NIC, Kind.COUNTER, "CompletionsImmediate",
            "Completions of receives that got immediate data"),
    COMPLETIONS_FLUSHED(Layer.NIC, Kind.COUNTER, "CompletionsFlushed",
            "Completions of work that was given back unused because the connection ended"),
    COMPLETIONS_FAILED(Layer.NIC, Kind.COUNTER, "CompletionsFailed", "Completions of work that failed"),
    COMPLETIONS_DISCONNECT(Layer.NIC, Kind.COUNTER, "CompletionsDisconnect", "Connections whose end was announced"),
    RECEIVER_NOT_READY(Layer.NIC, Kind.COUNTER, "ReceiverNotReady",
            "Messages of peers that found no receive here, each attempt of the wire"),
    PEER_NOT_READY(Layer.NIC, Kind.COUNTER, "PeerNotReady", "Connections that ended because the peer had no receive"),
    ACCESS_REFUSED(Layer.NIC, Kind.COUNTER, "AccessRefused",
            "RDMA WRITEs of peers that were refused by handle, bounds or right"),
    RETRANSMITS(Layer.NIC, Kind.COUNTER, "Retransmits",
            "Packets that the wire has sent again; what the kernel's TCP sends again is not seen"),
    FAULTS_SEEN(Layer.NIC, Kind.COUNTER, "FaultsSeen", "Faults that the wire has noticed: packets damaged, doubled or"
            + " missing, peers that broke its rules or fell silent"),
    CREDITS(Layer.LWIO, Kind.GAUGE, "Credits", "Credits that clients have, or are being offered"),
    CREDITS_GRANTED(Layer.LWIO, Kind.COUNTER, "CreditsGranted",
            "Credits that were granted with the authentication, and offered later"),
    CREDITS_ASKED_BACK(Layer.LWIO, Kind.COUNTER, "CreditsAskedBack", "Credits that clients were asked to give back"),
    REQUESTS_UNDER_WAY(Layer.LWIO, Kind.GAUGE, "RequestsUnderWay",
            "Reads and writes of clients that have come in and are not answered: credits in use"),
    SMALLER_WRITES(Layer.LWIO, Kind.COUNTER, "SmallerWrites",
            "Connections that were granted smaller writes than their clients would make: others had the memory");

    private final Layer layer;
    private final Kind kind;
    private final String title;
    private final String description;

    TransportMetric(Layer layer, Kind kind, String title, String description) {
        this.layer = layer;
        this.kind = kind;
        this.title = title;
        this.description = description;
    }

    /** Who counts it. */
    public enum Layer {
        /** The NIC, of whatever is carried. */
        NIC,
        /** The server end of LWIO. */
        LWIO
    }

    /** How it behaves. */
    public enum Kind {
        COUNTER,
        GAUGE
    }

    /** Who counts it. */
    public Layer layer() {
        return layer;
    }

    /** How it behaves. */
    public Kind kind() {
        return kind;
    }

    /** Its name where metrics are shown. */
    public String title() {
        return title;
    }

    /** What it counts, for people. */
    public String description() {
        return description;
    }
}
