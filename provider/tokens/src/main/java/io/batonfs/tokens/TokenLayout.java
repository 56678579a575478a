package io.batonfs.tokens;

/**
 * Offsets of the 512-byte token: the ROD token of SPC-4 5.17.6, big-endian, and Baton's use of its extended data
 * (TOK-6, TOK-7).
 *
 * <pre>
 *   0  +-----------------------------+----------------+----------------+
 *      | ROD token type        (4)   | reserved  (2)  | length 504 (2) |
 *   8  +-----------------------------+----------------+----------------+
 *      | copy manager ROD token identifier                         (8) |  token id
 *  16  +----------------------------------------------------------------+
 *      | creator logical unit descriptor, type E4h, NAA           (32) |  from the group id
 *  48  +----------------------------------------------------------------+
 *      | number of bytes represented, 128 bits                    (16) |
 *  64  +----------------------------------------------------------------+
 *      | type-specific, zero                                      (32) |
 *  96  +----------------------------------------------------------------+
 *      | device-type data: block size (4), zero                   (32) |
 * 128  +----------------------------------------------------------------+
 *      | target device descriptor: the creator's designator      (128) |
 * 256  +----------------+----------------+-------------------------------+
 *      | version    (2) | flags, 0   (2) | provider id P            (16) |
 * 276  +----------------+----------------+-------------------------------+
 *      | token id T (8) | sequence S (2) | count N (2) | lengths of R, V, X (2 each) | zero (2)
 * 296  +----------------------------------------------------------------+
 *      | R, then V, then X, then zero                            (184) |
 * 480  +----------------------------------------------------------------+
 *      | HMAC-SHA-256 keyed with R over bytes 0 to 479            (32) |
 * 512  +----------------------------------------------------------------+
 * </pre>
 */
final class TokenLayout {
    static final int BYTES = 512;

    static final int TYPE = 0;
    static final int RESERVED_4 = 4;
    static final int LENGTH = 6;
    static final int LENGTH_VALUE = 0x01F8;
    static final int IDENTIFIER = 8;
    static final int CREATOR = 16;
    static final int REPRESENTED_BYTES = 48;
    static final int DEVICE_TYPE_DATA = 96;
    static final int TARGET = 128;

    static final int EXTENDED = 256;
    static final int VERSION = EXTENDED;
    static final int VERSION_VALUE = 1;
    static final int FLAGS = VERSION + 2;
    static final int PROVIDER = FLAGS + 2;
    static final int TOKEN_ID = PROVIDER + 16;
    static final int SEQUENCE = TOKEN_ID + 8;
    static final int COUNT = SEQUENCE + 2;
    static final int RANDOM_LENGTH = COUNT + 2;
    static final int VENDOR_LENGTH = RANDOM_LENGTH + 2;
    static final int OTHER_LENGTH = VENDOR_LENGTH + 2;
    static final int RESERVED_294 = OTHER_LENGTH + 2;
    static final int PARTS = RESERVED_294 + 2;
    static final int MAC = 480;
    static final int MAC_BYTES = 32;

    // A creator descriptor (SPC-4 6.4.5.5, CSCD descriptor type E4h) with an 8-byte NAA designator.
    static final int CSCD_TYPE = 0;
    static final int CSCD_TYPE_VALUE = 0xE4;
    static final int DESIGNATOR = 4;
    static final int DESIGNATOR_CODE_SET_BINARY = 1;
    static final int DESIGNATOR_TYPE_NAA = 3;
    static final int DESIGNATOR_NAA_BYTES = 8;
    /** NAA 3h, locally assigned: the group's number is nobody's registered name. */
    static final long NAA_LOCALLY_ASSIGNED = 0x3L << 60;

    private TokenLayout() {
    }
}
