package io.batonfs.catalog.tree;

import io.batonfs.catalog.tables.Acl;
import io.batonfs.catalog.tables.NodeAttributes;
import io.batonfs.model.AclEntry;
import io.batonfs.model.AclEntry.Scope;
import io.batonfs.model.BatonException;
import io.batonfs.model.Caller;
import io.batonfs.model.ErrorCode;
import java.util.List;
import java.util.Optional;

/**
 * Permissions as POSIX and HDFS have them. Superusers may do everything. Of all others, the first class that the caller
 * belongs to decides, and no later one:
 * <ol>
 * <li>the owner: by the mode's bits for him;
 * <li>a user who is named in the access control list: by his entry, as far as the mask grants it too;
 * <li>members of the owning group and of groups that are named: by any one of their entries that grants all that is
 *     wanted, as far as the mask grants it too;
 * <li>everybody else: by the mode's bits for others.
 * </ol>
 * Messages begin in the words of HDFS, which people look for in logs. Immutable.
 */
public final class Access {
    /** Permission bits. */
    public static final int READ = 4;
    public static final int WRITE = 2;
    public static final int EXECUTE = 1;
    /** Only the owner of an entry, of its directory, or a superuser may remove an entry of such a directory. */
    public static final int STICKY = 01000;
    /** All bits of a mode. */
    public static final int MODE_MASK = 01777;
    /** For what the machine itself looks up, after the caller's rights were checked. */
    public static final Access UNCHECKED = new Access(new Caller("server", List.of(), true), Optional.empty());

    private static final int CLASS_MASK = 7;
    private static final String[] NAMES_OF_BITS = {"NONE", "EXECUTE", "WRITE", "WRITE_EXECUTE", "READ", "READ_EXECUTE",
            "READ_WRITE", "ALL"};

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

    /**
     * Checks all the wanted bits.
     *
     * @param path full path of what the attributes are of
     */
    public void check(NodeAttributes attributes, int wanted, String path) throws BatonException {
        if (!allowed(attributes, wanted)) {
            throw new BatonException(ErrorCode.PERMISSION_DENIED, "Permission denied: user=" + caller.user()
                    + ", access=" + NAMES_OF_BITS[wanted & CLASS_MASK] + ", inode=" + described(attributes, path)
                    + "; ask " + attributes.owner() + " or a superuser for it");
        }
    }

    /** Checks that entries of a directory may be made and removed. */
    public void checkDirectoryWrite(NodeAttributes directory, String path) throws BatonException {
        check(directory, EXECUTE, path);
        check(directory, WRITE, path);
    }

    /** Checks that the caller owns something. */
    public void checkOwner(NodeAttributes attributes, String path) throws BatonException {
        if (!superuser && !owns(attributes)) {
            throw new BatonException(ErrorCode.PERMISSION_DENIED, "Permission denied. user=" + caller.user()
                    + " is not the owner of inode=" + path + "; " + attributes.owner() + " is: ask him or a superuser");
        }
    }

    /** Checks that the caller is a superuser. */
    public void checkSuperuser(String what) throws BatonException {
        if (!superuser) {
            throw new BatonException(ErrorCode.PERMISSION_DENIED, "Access denied for user " + caller.user()
                    + ", who may not " + what + ". Superuser privilege is required; ask a superuser");
        }
    }

    /**
     * Checks that an entry may be removed from a directory.
     *
     * @param directoryPath full path of the directory
     * @param path          full path of the entry
     */
    public void checkRemove(NodeAttributes directory, String directoryPath, NodeAttributes child, String path)
            throws BatonException {
        checkDirectoryWrite(directory, directoryPath);
        if ((directory.mode() & STICKY) != 0 && !superuser && !owns(directory) && !owns(child)) {
            throw new BatonException(ErrorCode.PERMISSION_DENIED, "Permission denied by sticky bit: user="
                    + caller.user() + ", path=" + described(child, path) + ", parent="
                    + described(directory, directoryPath) + "; ask the owner of either");
        }
    }

    /** Whether all the wanted bits are granted. */
    public boolean allowed(NodeAttributes attributes, int wanted) {
        if (superuser) {
            return true;
        }
        int mode = attributes.mode();
        if (owns(attributes)) {
            return grants(mode >> 6, wanted);
        }
        Acl acl = Acl.of(attributes.acl());
        if (acl.isExtended()) {
            return allowed(acl.of(Scope.ACCESS), attributes, wanted);
        }
        return grants(caller.groups().contains(attributes.group()) ? mode >> 3 : mode, wanted);
    }

    private boolean allowed(List<AclEntry> entries, NodeAttributes attributes, int wanted) {
        int mask = attributes.mode() >> 3;
        boolean member = false;
        for (AclEntry entry : entries) {
            boolean granted = grants(entry.permissions() & mask, wanted);
            if (entry.type() == AclEntry.Type.USER) {
                if (entry.name().equals(caller.user())) {
                    return granted;
                }
            } else if (caller.groups().contains(entry.name().isEmpty() ? attributes.group() : entry.name())) {
                if (granted) {
                    return true;
                }
                member = true;
            }
        }
        return !member && grants(attributes.mode(), wanted);
    }

    private static boolean grants(int permissions, int wanted) {
        return (permissions & wanted) == wanted;
    }

    /** As in {@code "/a/b":owner:group:drwxr-x---+}. */
    private static String described(NodeAttributes attributes, String path) {
        return "\"" + path + "\":" + attributes.owner() + ":" + attributes.group() + ":"
                + (attributes.ofDirectory() ? "d" : "-") + letters(attributes.mode())
                + (Acl.of(attributes.acl()).isExtended() ? "+" : "");
    }

    private static String letters(int mode) {
        StringBuilder letters = new StringBuilder(9);
        for (int shift = 6; shift >= 0; shift -= 3) {
            int bits = mode >> shift;
            letters.append((bits & READ) != 0 ? 'r' : '-').append((bits & WRITE) != 0 ? 'w' : '-')
                    .append((bits & EXECUTE) != 0 ? 'x' : '-');
        }
        if ((mode & STICKY) != 0) {
            letters.setCharAt(letters.length() - 1, (mode & EXECUTE) != 0 ? 't' : 'T');
        }
        return letters.toString();
    }
}
