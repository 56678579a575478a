package io.batonfs.transport.lwio;

/**
 * Status values of LWIO answers: 32 bits in NTSTATUS form, as the seed has them (LW-4, LW-13). The values past the
 * seed's own are NTSTATUS values of the same meaning.
 */
public enum LwioStatus {
    SUCCESS(0x0000_0000),
    NOTIFY_CREDIT(0x0000_0001),
    INVALID_PARAMETER(0xC000_000D),
    END_OF_FILE(0xC000_0011),
    ACCESS_DENIED(0xC000_0022),
    DATA_ERROR(0xC000_003E),
    DISK_FULL(0xC000_007F),
    INVALID_HANDLE(0xC000_0008),
    INSUFFICIENT_RESOURCES(0xC000_009A),
    FILE_CLOSED(0xC000_0128),
    CANCELLED(0xC000_0120),
    NOT_SUPPORTED(0xC000_00BB),
    /** The extent is not held here: look the file up again (CAT-12). */
    NO_SUCH_EXTENT(0xC000_0034),
    /** The page moved: the route has a new epoch (ROUTE-2). */
    STALE_ROUTE(0xC000_0257),
    /** Shown an older write epoch than the one in force (CAT-10). */
    FENCED(0xC000_0054),
    /** The peer speaks an older or newer revision of the protocol. */
    REVISION_MISMATCH(0xC000_0059),
    /** Not answered in time. Never on the wire: said by the end that waited. The outcome is unknown. */
    IO_TIMEOUT(0xC000_00B5),
    /** The connection ended before the answer. Never on the wire. The outcome is unknown. */
    CONNECTION_DISCONNECTED(0xC000_020C),
    INTERNAL_ERROR(0xC000_00E5);

    private final int code;

    LwioStatus(int code) {
        this.code = code;
    }

    /** The 32-bit value on the wire. */
    public int code() {
        return code;
    }

    /**
     * The status with a value.
     *
     * @throws IllegalArgumentException if there is none
     */
    public static LwioStatus ofCode(int code) {
        for (LwioStatus status : values()) {
            if (status.code == code) {
                return status;
            }
        }
        throw new IllegalArgumentException("there is no LWIO status 0x" + Integer.toHexString(code));
    }
}
