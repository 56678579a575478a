/**
 * Both ends of the light I/O protocol (LW-1 to LW-17) and its layouts, one class for each. See the module's README for
 * the glossary, the table of messages and the exchanges. Sees {@code verbs}, never a wire.
 */
package io.batonfs.transport.lwio;
