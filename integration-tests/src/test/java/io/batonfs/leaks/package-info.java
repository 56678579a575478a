/**
 * Nothing leaks: clients of every kind at a daemon, well behaved, killed, cut off, and after them a look at all that
 * can be held for ever: memory, descriptors, threads, what the transport, the storage servers and the catalog keep.
 */
package io.batonfs.leaks;
