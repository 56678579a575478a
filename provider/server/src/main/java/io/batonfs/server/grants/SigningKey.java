package io.batonfs.server.grants;

/**
 * A secret that all servers of a group share and sign resume keys with; rolled, so that none lives long.
 *
 * @param number   0 to 255, counted up and around; stands in each resume key
 * @param material 32 random bytes
 */
public record SigningKey(int number, byte[] material) {

    /** Bytes of the secret. */
    public static final int BYTES = 32;

    /** Checks the ranges and copies the secret. */
    public SigningKey {
        if (number < 0 || number > 255 || material.length != BYTES) {
            throw new IllegalArgumentException("a signing key has a number in 0..255 and " + BYTES + " bytes");
        }
        material = material.clone();
    }

    /** Never shows the secret. */
    @Override
    public String toString() {
        return "SigningKey[" + number + "]";
    }
}
