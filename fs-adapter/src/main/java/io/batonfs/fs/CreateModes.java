package io.batonfs.fs;

import org.apache.hadoop.fs.permission.FsCreateModes;
import org.apache.hadoop.fs.permission.FsPermission;

/**
 * The permission bits with which something is made, in the two parts that the group needs: a default ACL of the parent
 * takes the place of the umask.
 *
 * @param mode  bits asked for
 * @param umask bits to take away where no default ACL decides
 */
record CreateModes(int mode, int umask) {
    private static final int PERMISSION_BITS = 0777;

    /**
     * What FileSystem's callers ask for: the umask is still to be applied, unless {@link FsCreateModes} says that it was.
     *
     * @param usual for callers who ask for none
     */
    static CreateModes of(FsPermission asked, FsPermission usual, FsPermission umask) {
        return absolute(FsCreateModes.applyUMask(asked == null ? usual : asked, umask));
    }

    /**
     * What FileContext asks for: the umask was applied, and is known if the permission is a {@link FsCreateModes}.
     *
     * <p>Hadoop's way of applying an umask drops the sticky bit as well, so it is no part of what an umask took away: a
     * directory gets it by setPermission, as in HDFS.
     */
    static CreateModes absolute(FsPermission permission) {
        FsPermission unmasked = permission.getUnmasked();
        if (unmasked == null) {
            return new CreateModes(permission.toShort(), 0);
        }
        int kept = permission.toShort();
        int asked = unmasked.toShort() & (PERMISSION_BITS | kept);
        return new CreateModes(asked, asked & ~kept);
    }
}
