package io.batonfs.server.grants;

import io.batonfs.catalog.WantedExtent;
import io.batonfs.catalog.WantedNow;
import io.batonfs.model.ExtentId;
import io.batonfs.model.ServerId;
import java.io.IOException;
import java.util.List;
import java.util.Optional;

/** What a storage server asks and tells the catalog of extents that shall be in another of its pools. Thread-safe. */
public interface WantedPlaces {

    /**
     * Extents of a server that are not known to be where they are wanted, in the order of their ids.
     *
     * @param after only those after this one; empty for the first ones
     * @param limit at most so many
     */
    List<WantedExtent> wanted(ServerId server, Optional<ExtentId> after, int limit) throws IOException;

    /** What is wanted of an extent at this moment; empty if nothing is any more. To be asked before each move. */
    Optional<WantedNow> now(ExtentId extent) throws IOException;

    /**
     * What has become of extents; those of which something else is wanted by now stay wanted.
     *
     * @param placed  they are there, sealed, and have that policy from now on
     * @param refused they may not go there by a rule, and are wanted where they were
     */
    void placed(List<WantedExtent> placed, List<WantedExtent> refused) throws IOException;
}
