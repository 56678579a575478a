package io.batonfs.model;

import java.util.Objects;

/**
 * One entry of an access control list, as POSIX 1003.1e draft 17 and HDFS have them.
 *
 * @param scope       whether it decides about the node itself, or is inherited by what is made in the directory
 * @param type        whom it is about
 * @param name        the user's or group's name; empty for the owner, the owning group, the mask and others
 * @param permissions bits: 4 read, 2 write, 1 execute; 0 where an entry is named only to be removed
 */
public record AclEntry(Scope scope, Type type, String name, int permissions) {

    /** What an entry decides about. */
    public enum Scope {
        /** The node itself. */
        ACCESS,
        /** What is made in the directory later. */
        DEFAULT
    }

    /** Whom an entry is about. */
    public enum Type {
        /** The owner, or a named user. */
        USER,
        /** The owning group, or a named group. */
        GROUP,
        /** The most that named users, the owning group and named groups get. */
        MASK,
        /** Everybody else. */
        OTHER
    }

    /** Checks for nulls and the range of the bits. */
    public AclEntry {
        Objects.requireNonNull(scope, "scope");
        Objects.requireNonNull(type, "type");
        Objects.requireNonNull(name, "name");
        if (permissions < 0 || permissions > 7) {
            throw new IllegalArgumentException("permissions of an ACL entry are 0 to 7, not " + permissions);
        }
    }
}
