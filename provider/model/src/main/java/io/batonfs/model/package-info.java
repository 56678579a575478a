/**
 * Shared nouns without behaviour: ids, slices, extents, routes, epochs, resume keys, error codes. Everybody may know
 * this room; it knows nobody. Everything here is immutable and safe for use by any thread.
 */
package io.batonfs.model;
