package io.batonfs.client;

import java.security.SecureRandom;
import java.util.UUID;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;

/**
 * What a client takes from the outside besides its group, handed in so that a test can run it again.
 *
 * @param time   clock, pauses and periodic work; closed with the client
 * @param jitter shortens pauses between retries; thread-safe
 * @param ids    random ids: of the client, and of each connection's negotiation; thread-safe
 */
record ClientSeams(ClientTime time, RandomGenerator jitter, Supplier<UUID> ids) {

    /** The machine's own. */
    static ClientSeams ofTheMachine() {
        return new ClientSeams(new SystemTime(), new SecureRandom(), UUID::randomUUID);
    }
}
