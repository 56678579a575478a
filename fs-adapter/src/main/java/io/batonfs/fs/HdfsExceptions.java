package io.batonfs.fs;

import java.io.IOException;
import java.util.Optional;
import org.apache.hadoop.hdfs.protocol.AclException;
import org.apache.hadoop.hdfs.protocol.AlreadyBeingCreatedException;

/**
 * Exceptions that only HDFS's client has, for users who catch them: thrown where that client is on the class path, as it
 * is in every Hadoop installation; where it isn't, nobody can have asked for them.
 */
final class HdfsExceptions {
    private static final boolean THERE = isThere();

    private HdfsExceptions() {
    }

    /** What HDFS throws for a list that can't be; the failure itself where HDFS's client is missing. */
    static IOException acl(IOException failure) {
        return THERE ? Made.acl(failure) : failure;
    }

    /** What HDFS throws for a file that somebody else is writing; empty where HDFS's client is missing. */
    static Optional<IOException> leaseHeld(IOException failure) {
        return THERE ? Optional.of(Made.leaseHeld(failure)) : Optional.empty();
    }

    private static boolean isThere() {
        try {
            Class.forName("org.apache.hadoop.hdfs.protocol.AclException", false, HdfsExceptions.class.getClassLoader());
            return true;
        } catch (ClassNotFoundException e) {
            return false;
        }
    }

    /** Loaded only when HDFS's classes are there. */
    private static final class Made {
        static IOException acl(IOException failure) {
            AclException thrown = new AclException(failure.getMessage());
            thrown.initCause(failure);
            return thrown;
        }

        static IOException leaseHeld(IOException failure) {
            AlreadyBeingCreatedException thrown = new AlreadyBeingCreatedException(failure.getMessage());
            thrown.initCause(failure);
            return thrown;
        }
    }
}
