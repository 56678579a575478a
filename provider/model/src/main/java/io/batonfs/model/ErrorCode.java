package io.batonfs.model;

/**
 * Every way in which a call can fail, by what its caller can do (STYLE: errors). The number is the stable code on
 * wires and in stored replies; a number is never reused.
 */
public enum ErrorCode {
    // ---- refused: it did not happen; the caller has to change something
    NOT_FOUND(1, Class.REFUSED),
    ALREADY_EXISTS(2, Class.REFUSED),
    NOT_A_DIRECTORY(3, Class.REFUSED),
    IS_A_DIRECTORY(4, Class.REFUSED),
    NOT_EMPTY(5, Class.REFUSED),
    PERMISSION_DENIED(6, Class.REFUSED),
    INVALID_ARGUMENT(7, Class.REFUSED),
    /** The file has a writer. */
    LEASE_HELD(8, Class.REFUSED),
    /** The caller's lease is gone: it expired, was recovered, or the file was deleted. */
    LEASE_LOST(9, Class.REFUSED),
    NO_SPACE(10, Class.REFUSED),
    LIMIT_EXCEEDED(11, Class.REFUSED),
    UNSUPPORTED(12, Class.REFUSED),
    /** The file is not the one that the caller listed: its file id changed. */
    FILE_CHANGED(13, Class.REFUSED),
    NO_SUCH_EXTENT(14, Class.REFUSED),
    READ_ONLY(15, Class.REFUSED),
    /** The resume key is not genuine, has expired or does not grant this. */
    KEY_REFUSED(16, Class.REFUSED),
    /** Shown an epoch older than the one in force. */
    FENCED(17, Class.REFUSED),
    /** There is no extended attribute of that name. */
    NO_SUCH_ATTRIBUTE(18, Class.REFUSED),
    /** There is an extended attribute of that name already. */
    ATTRIBUTE_EXISTS(19, Class.REFUSED),
    // ---- tokens (SPC-4 ASC 23h)
    TOKEN_UNSUPPORTED_TYPE(0x2301, Class.REFUSED),
    TOKEN_UNKNOWN(0x2304, Class.REFUSED),
    TOKEN_CORRUPT(0x2305, Class.REFUSED),
    TOKEN_REVOKED(0x2306, Class.REFUSED),
    TOKEN_EXPIRED(0x2307, Class.REFUSED),
    TOKEN_CANCELLED(0x2308, Class.REFUSED),
    TOKEN_DELETED(0x2309, Class.REFUSED),
    TOKEN_BAD_LENGTH(0x230A, Class.REFUSED),
    // ---- retry: it did not happen; the same call may succeed later or elsewhere
    AGAIN(100, Class.RETRY),
    STALE_ROUTE(101, Class.RETRY),
    NOT_LEADER(102, Class.RETRY),
    UNREACHABLE(103, Class.RETRY),
    BUSY(104, Class.RETRY),
    /** Bytes that were to be written don't agree with their checksums: damaged on their way, or changed. None was kept. */
    CHECKSUM_MISMATCH(105, Class.RETRY),
    // ---- outcome unknown: it may have happened; ask
    OUTCOME_UNKNOWN(200, Class.OUTCOME_UNKNOWN),
    // ---- corrupt: data is lost; the message says which
    DATA_LOST(300, Class.CORRUPT),
    // ---- our fault
    INTERNAL(400, Class.OUTCOME_UNKNOWN);

    /** What a caller can do about an error. */
    public enum Class {
        /** It did not happen; change something. */
        REFUSED,
        /** It did not happen; try again. */
        RETRY,
        /** It may have happened; ask. */
        OUTCOME_UNKNOWN,
        /** Data is lost. */
        CORRUPT
    }

    private final int number;
    private final Class errorClass;

    ErrorCode(int number, Class errorClass) {
        this.number = number;
        this.errorClass = errorClass;
    }

    /** The stable code. */
    public int number() {
        return number;
    }

    /** What the caller can do. */
    public Class errorClass() {
        return errorClass;
    }

    /**
     * The error with a stable code.
     *
     * @throws IllegalArgumentException if there is none
     */
    public static ErrorCode ofNumber(int number) {
        for (ErrorCode code : values()) {
            if (code.number == number) {
                return code;
            }
        }
        throw new IllegalArgumentException("there is no error code " + number);
    }
}
