package io.batonfs.server.storage;

import io.batonfs.pools.BlockDevice;
import java.util.List;
import java.util.Objects;

/**
 * A set of devices of a storage server that is to be opened.
 *
 * @param number  its number in the server, from 1: 1 is the one that the server was formatted with
 * @param devices those of its devices that could be opened; they are closed with the server that they are given to
 * @param absent  the others, with the reason after a colon
 * @param places  where its devices are, for those that are taken in later
 */
public record ServerSet(int number, List<BlockDevice> devices, List<String> absent, DevicePlaces places) {

    /** Copies the lists. */
    public ServerSet {
        devices = List.copyOf(devices);
        absent = List.copyOf(absent);
        Objects.requireNonNull(places, "places");
    }
}
