package io.batonfs.fs;

import io.batonfs.model.BatonException;
import io.batonfs.model.ErrorCode;
import io.batonfs.protocol.AttributeChange;
import io.batonfs.protocol.StoragePolicyProgress;
import java.io.IOException;
import java.util.List;
import java.util.Objects;
import org.apache.hadoop.HadoopIllegalArgumentException;
import org.apache.hadoop.fs.BlockStoragePolicySpi;
import org.apache.hadoop.fs.PathIOException;
import org.apache.hadoop.fs.StorageType;

/** Storage policies, which are the names of the group's classes of service (POOL-8). Thread-safe. */
final class PolicyCalls {
    private final GroupCalls group;

    PolicyCalls(GroupCalls group) {
        this.group = group;
    }

    /** Those of the group. */
    List<BlockStoragePolicySpi> all() throws IOException {
        return group.read("/", client -> client.storagePolicies().stream()
                .<BlockStoragePolicySpi>map(Policy::new)
                .toList());
    }

    /** The one in force at a path. */
    BlockStoragePolicySpi of(String path) throws IOException {
        return new Policy(group.read(path, client -> client.storagePolicy(path)));
    }

    /** Gives a path one of its own; what is stored already stays where it is. */
    void set(String path, String policy) throws IOException {
        Objects.requireNonNull(policy, "policyName");
        if (policy.isEmpty()) {
            throw new HadoopIllegalArgumentException("a storage policy has a name");
        }
        group.order(path, client -> {
            try {
                client.setAttributes(path, AttributeChange.NONE.withStoragePolicy(policy));
            } catch (BatonException e) {
                if (e.code() != ErrorCode.INVALID_ARGUMENT && e.code() != ErrorCode.UNSUPPORTED) {
                    throw e;
                }
                throw new PathIOException(path, "Cannot find a block policy with the name " + policy + ": "
                        + e.getMessage(), e);
            }
        });
    }

    /** Has what is stored at and below a path carried to where its policies say. */
    void satisfy(String path) throws IOException {
        group.order(path, client -> client.satisfyStoragePolicy(path));
    }

    /** How far that is. */
    StoragePolicyProgress progress(String path) throws IOException {
        return group.read(path, client -> client.storagePolicyProgress(path));
    }

    /** Takes a path's own away: that of its parents is in force then. */
    void unset(String path) throws IOException {
        group.order(path, client -> client.setAttributes(path, AttributeChange.NONE.withStoragePolicy("")));
    }

    /**
     * A policy. Hadoop's storage types say on what kind of device a replica lies; a pool of Baton is no such kind, so
     * there are none.
     *
     * @param name what the group calls it
     */
    private record Policy(String name) implements BlockStoragePolicySpi {
        @Override
        public String getName() {
            return name;
        }

        @Override
        public StorageType[] getStorageTypes() {
            return StorageType.EMPTY_ARRAY;
        }

        @Override
        public StorageType[] getCreationFallbacks() {
            return StorageType.EMPTY_ARRAY;
        }

        @Override
        public StorageType[] getReplicationFallbacks() {
            return StorageType.EMPTY_ARRAY;
        }

        @Override
        public boolean isCopyOnCreateFile() {
            return false;
        }

        @Override
        public String toString() {
            return name;
        }
    }
}
