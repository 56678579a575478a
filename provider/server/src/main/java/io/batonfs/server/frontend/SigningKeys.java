package io.batonfs.server.frontend;

import io.batonfs.catalog.Command;
import io.batonfs.catalog.Reply;
import io.batonfs.catalog.SigningKey;
import java.io.IOException;
import java.security.SecureRandom;
import java.util.List;
import java.util.function.Supplier;

/**
 * The signing keys in force, as last read from the catalog; rolls a new one in when the last has grown old. The keys
 * are read often and change twice a day, so that readers see a published copy. Only housekeeping calls {@link #refresh}.
 */
public final class SigningKeys implements Supplier<List<SigningKey>> {
    private static final int MATERIAL_BYTES = 32;

    private final CatalogCalls calls;
    private final SecureRandom random;
    private final long lifeMs;
    private volatile List<SigningKey> inForce = List.of();

    SigningKeys(CatalogCalls calls, SecureRandom random, long lifeMs) {
        this.calls = calls;
        this.random = random;
        this.lifeMs = lifeMs;
    }

    @Override
    public List<SigningKey> get() {
        return inForce;
    }

    /** Reads the keys again, and makes a new one if there is none younger than its life. */
    void refresh() throws IOException {
        List<SigningKey> keys = calls.read(reader -> reader.signingKeys());
        if (keys.isEmpty() || calls.nowMs() - keys.get(keys.size() - 1).createdMs() >= lifeMs) {
            byte[] material = new byte[MATERIAL_BYTES];
            random.nextBytes(material);
            calls.submitOwn(new Command.RollSigningKey(material), Reply.KeyRolled.class);
            keys = calls.read(reader -> reader.signingKeys());
        }
        inForce = keys;
    }
}
