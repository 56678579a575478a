package io.batonfs.pages;

import io.batonfs.model.Epoch;
import io.batonfs.model.ExtentId;
import io.batonfs.model.PageRun;

/**
 * What a server holds of an extent.
 *
 * @param extent      the extent
 * @param pages       its pages
 * @param writeEpoch  the lowest epoch that a writer may show
 * @param lengthBytes acknowledged bytes
 * @param sealed      whether it will never change again
 * @param lengthKnown whether {@code lengthBytes} and {@code sealed} count: if not, a pool of the server is not open,
 *                    and the extent may be longer
 */
public record ExtentState(
        ExtentId extent, PageRun pages, Epoch writeEpoch, long lengthBytes, boolean sealed, boolean lengthKnown) {
}
