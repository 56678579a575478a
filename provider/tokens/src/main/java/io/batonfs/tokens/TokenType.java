package io.batonfs.tokens;

import java.util.Optional;

/** ROD token types (SPC-4 table of ROD types), with the 32-bit number that stands for each. */
public enum TokenType {
    /** A copy as of one moment: what every Baton token of a file or tree is (TOK-4). */
    POINT_IN_TIME_PERSISTENT(0x0080_0002),
    /** Any number of zero bytes, without provider state (TOK-18). */
    BLOCK_DEVICE_ZERO(0xFFFF_0001);

    private final int number;

    TokenType(int number) {
        this.number = number;
    }

    /** The number on the wire. */
    public int number() {
        return number;
    }

    static Optional<TokenType> ofNumber(int number) {
        for (TokenType type : values()) {
            if (type.number == number) {
                return Optional.of(type);
            }
        }
        return Optional.empty();
    }
}
