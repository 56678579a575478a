package io.batonfs.catalog.tree;

import io.batonfs.catalog.tables.NodeAttributes;
import io.batonfs.model.BatonException;
import io.batonfs.model.Caller;
import io.batonfs.model.ErrorCode;
import java.util.Optional;

/** Permissions as POSIX has them: the first class of owner, group and others that the caller belongs to decides. */
public final class Access {
    /** Permission bits. */
    public static final int READ = 4;
    public static final int WRITE = 2;
    public static final int EXECUTE = 1;
    /** Only the owner of an entry, of its directory, or a superuser may remove an entry of such a directory. */
    public static final int STICKY = 01000;
    /** All bits of a mode. */
    public static final int MODE_MASK = 01777;

    private final Caller caller;
    private final boolean superuser;

    /**
     * For a caller.
     *
     * @param supergroup of the group of servers
     */
    public Access(Caller caller, Optional<String> supergroup) {
        this.caller = caller;
        this.superuser = caller.superuser() || supergroup.isPresent() && caller.groups().contains(supergroup.get());
    }

    /** Whether checks are passed over. */
    public boolean isSuperuser() {
        return superuser;
    }

    /** Whether the caller owns something. */
    public boolean owns(NodeAttributes attributes) {
        return caller.user().equals(attributes.owner());
    }

    /** Checks all the wanted bits. */
    public void check(NodeAttributes attributes, int wanted, String path) throws BatonException {
        if (!allowed(attributes, wanted)) {
            throw new BatonException(ErrorCode.PERMISSION_DENIED, "User " + caller.user() + " may not "
                    + words(wanted) + " " + path + ", which belongs to " + attributes.owner() + ":" + attributes.group()
                    + " with mode " + Integer.toOctalString(attributes.mode()) + "; ask its owner");
        }
    }

    /** Checks that the caller owns something. */
    public void checkOwner(NodeAttributes attributes, String path) throws BatonException {
        if (!superuser && !owns(attributes)) {
            throw new BatonException(ErrorCode.PERMISSION_DENIED, "User " + caller.user() + " does not own " + path
                    + ", " + attributes.owner() + " does; ask its owner");
        }
    }

    /** Checks that the caller is a superuser. */
    public void checkSuperuser(String what) throws BatonException {
        if (!superuser) {
            throw new BatonException(ErrorCode.PERMISSION_DENIED, "User " + caller.user() + " may not " + what
                    + ": only superusers may; ask one");
        }
    }

    /** Checks that an entry may be removed from a directory. */
    public void checkRemove(NodeAttributes directory, NodeAttributes child, String path) throws BatonException {
        check(directory, WRITE | EXECUTE, "the directory of " + path);
        if ((directory.mode() & STICKY) != 0 && !superuser && !owns(directory) && !owns(child)) {
            throw new BatonException(ErrorCode.PERMISSION_DENIED, "User " + caller.user() + " may not remove " + path
                    + ": its directory is sticky and belongs to " + directory.owner() + "; ask the owner of either");
        }
    }

    /** Whether all the wanted bits are granted. */
    public boolean allowed(NodeAttributes attributes, int wanted) {
        if (superuser) {
            return true;
        }
        int mode = attributes.mode();
        int granted;
        if (owns(attributes)) {
            granted = mode >> 6;
        } else if (caller.groups().contains(attributes.group())) {
            granted = mode >> 3;
        } else {
            granted = mode;
        }
        return (granted & wanted) == wanted;
    }

    private static String words(int wanted) {
        String words = ((wanted & READ) != 0 ? " read" : "") + ((wanted & WRITE) != 0 ? " write" : "")
                + ((wanted & EXECUTE) != 0 ? " enter" : "");
        return words.trim().replace(" ", " and ");
    }
}
