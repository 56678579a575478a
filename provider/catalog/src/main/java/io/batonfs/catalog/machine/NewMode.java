package io.batonfs.catalog.machine;

/**
 * Permission bits for something new.
 *
 * @param asked  as asked for: a filter of what is inherited ({@link AclInheritance})
 * @param masked after the umask: what it gets where nothing is inherited
 */
record NewMode(int asked, int masked) {
    private static final int PERMISSIONS = 0777;
    /** So that whoever makes a path can go on below what he makes on the way. */
    private static final int OWNER_MAY_ENTER = 0300;

    static NewMode of(int mode, int umask) {
        return new NewMode(mode, mode & ~umask);
    }

    /** Of directories that are made on the way to a directory of this mode. */
    NewMode ofAncestors() {
        return new NewMode(asked & PERMISSIONS, masked & PERMISSIONS | OWNER_MAY_ENTER);
    }

    /** Of directories that are made on the way to a file, below a directory of a mode. */
    static NewMode below(int directoryMode) {
        return of(directoryMode & PERMISSIONS | OWNER_MAY_ENTER, 0);
    }
}
