package io.batonfs.server.storage;

import io.batonfs.model.BatonException;
import io.batonfs.model.Caller;
import io.batonfs.model.ErrorCode;
import java.util.Objects;

/**
 * Who may tell a storage server what to do with its devices, by the user whom the connection has authenticated and the
 * groups that this host gives him: what a caller says of himself does not count.
 *
 * @param user  the superuser
 * @param group whoever is in it may too
 */
public record Administrators(String user, String group) {

    /** Checks for nulls. */
    public Administrators {
        Objects.requireNonNull(user, "user");
        Objects.requireNonNull(group, "group");
    }

    /**
     * Lets an administrator pass.
     *
     * @param what what is asked for, for the message: "scrub server-1"
     * @throws BatonException PERMISSION_DENIED if it is none
     */
    public void check(Caller caller, String what) throws BatonException {
        if (!caller.user().equals(user) && !caller.groups().contains(group)) {
            throw new BatonException(ErrorCode.PERMISSION_DENIED, caller.user() + " may not " + what + ": only " + user
                    + " and members of " + group + " may; ask one of them");
        }
    }
}
