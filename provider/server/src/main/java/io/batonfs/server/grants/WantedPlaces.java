package io.batonfs.server.grants;

import io.batonfs.catalog.WantedExtent;
import io.batonfs.catalog.WantedNow;
import io.batonfs.catalog.WantedPart;
import io.batonfs.catalog.WantedPosition;
import io.batonfs.model.ExtentId;
import io.batonfs.model.ServerId;
import java.io.IOException;
import java.util.List;
import java.util.Optional;

/** What a storage server asks and tells the catalog of extents that shall be in another of its pools. Thread-safe. */
public interface WantedPlaces {

    /**
     * Extents of a server that are not known to be where they are wanted, in the order of their pages.
     *
     * @param after only those after this one; empty for the first ones
     * @param limit how many are looked at, at most
     */
    WantedPart wanted(ServerId server, Optional<WantedPosition> after, int limit) throws IOException;

    /**
     * What is wanted of an extent of a server at this moment; empty if nothing is any more, or it is the server's no more. To
     * be asked before each move.
     */
    Optional<WantedNow> now(ServerId server, ExtentId extent) throws IOException;

    /**
     * What has become of extents; those of which something else is wanted by now stay wanted, and those that are the
     * server's no more.
     *
     * @param server  who has carried them
     * @param placed  they are there, sealed, and have that policy from now on
     * @param refused they may not go there by a rule, and are wanted where they were
     */
    void placed(ServerId server, List<WantedExtent> placed, List<WantedExtent> refused) throws IOException;
}
