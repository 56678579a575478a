package io.batonfs.catalog.store;

/**
 * How something is made of rows; see {@link TableView#made}.
 *
 * @param <R> what is made; it never changes
 */
public interface Recipe<R> {

    /** Makes it of rows of this view, and of nothing else but what the key says. */
    R make(TableView rows);

    /** How many bytes of heap it takes, about. */
    int bytes(R made);
}
