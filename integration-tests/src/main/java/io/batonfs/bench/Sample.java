package io.batonfs.bench;

import java.util.Optional;

/**
 * A measured run.
 *
 * @param figure what it came to
 * @param client what the client's process used
 * @param server what the server's process used; empty if there is none
 */
record Sample(Figure figure, Usage client, Optional<Usage> server) {
}
