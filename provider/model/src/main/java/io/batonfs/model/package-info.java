/**
 * Shared nouns without behaviour: ids, slices, extents, routes, epochs, resume keys, error codes. Everybody may know
 * this room; it knows nobody. Everything here is safe for use by any thread, and immutable but
 * for {@link io.batonfs.model.Memo}, which looks as if it were.
 */
package io.batonfs.model;
