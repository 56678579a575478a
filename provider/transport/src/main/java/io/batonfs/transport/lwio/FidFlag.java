package io.batonfs.transport.lwio;

import java.util.Set;

/** What a file is registered with: FlagsAndAttributes of REGISTER (LW-5). */
public enum FidFlag {
    /** Writes survive a power cut when they are answered (LW-17). */
    WRITE_THROUGH(FidParams.FLAG_WRITE_THROUGH),
    /** Allows collapsed writes (LW-12). */
    NO_INTERMEDIATE_BUFFERING(FidParams.FLAG_NO_INTERMEDIATE_BUFFERING),
    /** A CRC32C for each piece travels with the data, both ways (LW-17). */
    CHECKSUMMED(FidParams.FLAG_CHECKSUMMED);

    private final int bit;

    FidFlag(int bit) {
        this.bit = bit;
    }

    static int bitsOf(Set<FidFlag> flags) {
        int bits = 0;
        for (FidFlag flag : flags) {
            bits |= flag.bit;
        }
        return bits;
    }
}
