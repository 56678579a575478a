package io.batonfs.transport.lwio;

/** What a client asks for (LW-3). The ordinal is the value on the wire. */
enum Opcode {
    READ,
    WRITE,
    VEC_READ,
    VEC_WRITE,
    CLOSE,
    CANCEL,
    AUTH,
    REGISTER,
    CREDIT,
    INTERRUPT;

    private static final Opcode[] BY_CODE = values();

    byte code() {
        return (byte) ordinal();
    }

    /** The opcode with a value, or null. */
    static Opcode ofCode(int code) {
        return code >= 0 && code < BY_CODE.length ? BY_CODE[code] : null;
    }

    /** Whether the message carries file I/O: Marker is 0xFF and Length counts file bytes. */
    boolean isFileIo() {
        return ordinal() <= VEC_WRITE.ordinal();
    }
}
