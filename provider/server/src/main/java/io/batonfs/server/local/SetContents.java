package io.batonfs.server.local;

import io.batonfs.model.BatonException;
import io.batonfs.model.ErrorCode;
import io.batonfs.model.GroupId;
import io.batonfs.model.ServerId;
import io.batonfs.pools.DeviceOrigin;
import io.batonfs.pools.FileBlockDevice;
import io.batonfs.pools.StorageCheck;
import io.batonfs.server.PoolName;
import java.io.IOException;
import java.util.List;
import java.util.function.Predicate;

/**
 * Looks whether anything is on devices of a set that is not to be opened.
 *
 * @param group  the group that they are of
 * @param server the server
 */
record SetContents(GroupId group, ServerId server) {

    /** Tells the names of a set's pools from all others' of its server. */
    static Predicate<String> isPoolOf(int number) {
        return pool -> PoolName.of(pool).set() == number;
    }

    /** Whether a device says that it is one of a set. */
    boolean isOf(DeviceOrigin origin, int number) {
        return origin.group().equals(group) && origin.server().equals(server)
                && origin.pools().stream().anyMatch(isPoolOf(number));
    }

    /**
     * Whether all pools of a set can be looked at, and nothing is in them.
     *
     * @throws BatonException DATA_LOST if that can't be told
     */
    boolean isEmpty(List<FileBlockDevice> found) throws IOException {
        try (StorageCheck check = StorageCheck.open(found, group, server, false)) {
            if (check.pools().stream().anyMatch(pool -> !pool.segments().isEmpty())) {
                return false;
            }
            if (check.pools().size() < DeviceOrigin.of(found.get(0)).orElseThrow().pools().size()) {
                throw new BatonException(ErrorCode.DATA_LOST, check.problems().toString());
            }
            return true;
        } catch (BatonException e) {
            throw e;
        } catch (IOException e) {
            throw new BatonException(ErrorCode.DATA_LOST, e.toString(), e);
        }
    }
}
