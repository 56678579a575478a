package io.batonfs.catalog;

/**
 * A key that resume keys are signed with.
 *
 * @param number    counted up from 1
 * @param material  32 bytes; never logged
 * @param createdMs when it came into use, milliseconds since 1970
 */
public record SigningKey(long number, byte[] material, long createdMs) {

    /** Keeps the key out of logs. */
    @Override
    public String toString() {
        return "SigningKey[number=" + number + "]";
    }
}
