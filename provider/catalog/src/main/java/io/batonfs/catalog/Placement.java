package io.batonfs.catalog;

import io.batonfs.model.ServerId;
import io.batonfs.model.VolumeId;
import java.util.List;
import java.util.Objects;

/**
 * Where the next extent shall lie, chosen outside by load. The catalog only checks that the volume and the servers
 * exist.
 *
 * @param volume the volume; {@link #DEFAULT_VOLUME} exists in every group
 * @param owners the server that serves the extent, then 0 to 2 mirrors
 */
public record Placement(VolumeId volume, List<ServerId> owners) {

    /** The volume that a group is formatted with. */
    public static final VolumeId DEFAULT_VOLUME = VolumeId.of(0, 1);

    /** Checks that there are 1 to 3 owners, all different. */
    public Placement {
        Objects.requireNonNull(volume, "volume");
        owners = List.copyOf(owners);
        if (owners.isEmpty() || owners.size() > 3 || owners.stream().distinct().count() != owners.size()) {
            throw new IllegalArgumentException("an extent has 1 to 3 different owners, not " + owners);
        }
    }

    /** On these servers, in the default volume. */
    public static Placement on(ServerId... owners) {
        return new Placement(DEFAULT_VOLUME, List.of(owners));
    }
}
