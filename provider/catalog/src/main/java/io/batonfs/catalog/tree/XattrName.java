package io.batonfs.catalog.tree;

import io.batonfs.catalog.tables.Keys;
import io.batonfs.model.BatonException;
import io.batonfs.model.ErrorCode;
import java.util.Arrays;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;

/**
 * The name of an extended attribute: a namespace, a dot, and the rest. As in HDFS, case does not matter in the
 * namespace and does in the rest.
 *
 * @param namespace who may use it
 * @param rest      what follows the dot, 1 to 255 bytes of UTF-8
 */
public record XattrName(Namespace namespace, String rest) {
    /** Bytes of an extended attribute, its name after the namespace and its value together; HDFS's default (CAT-11). */
    public static final int MAX_BYTES = 16 << 10;
    /** Bytes of all extended attributes of a file or directory, names and values (CAT-11). */
    public static final int MAX_ALL_BYTES = 64 << 10;

    /** The namespaces that Hadoop knows. */
    public enum Namespace {
        /** For whoever the mode lets. */
        USER,
        /** For superusers. */
        TRUSTED,
        /** For nobody: Baton has no attributes of its own there. */
        SECURITY,
        /** For nobody. */
        SYSTEM,
        /** For nobody: what HDFS shows below /.reserved/raw. */
        RAW
    }

    /** Checks for nulls. */
    public XattrName {
        Objects.requireNonNull(namespace, "namespace");
        Objects.requireNonNull(rest, "rest");
    }

    /** The name in a string; INVALID_ARGUMENT if it has no known namespace or nothing after it, LIMIT_EXCEEDED. */
    public static XattrName parse(String name) throws BatonException {
        int dot = name.indexOf('.');
        String prefix = dot < 0 ? "" : name.substring(0, dot).toUpperCase(Locale.ROOT);
        Optional<Namespace> namespace = Arrays.stream(Namespace.values())
                .filter(known -> known.name().equals(prefix)).findAny();
        if (namespace.isEmpty() || dot == name.length() - 1) {
            throw new BatonException(ErrorCode.INVALID_ARGUMENT, "An XAttr name must be prefixed with "
                    + "user/trusted/security/system/raw, followed by a '.' and a name; \"" + name + "\" is not");
        }
        String rest = name.substring(dot + 1);
        if (Keys.utf8(rest).length > Paths.MAX_NAME_BYTES) {
            throw new BatonException(ErrorCode.LIMIT_EXCEEDED, "An extended attribute has a name of at most "
                    + Paths.MAX_NAME_BYTES + " bytes in UTF-8; use a shorter one");
        }
        return new XattrName(namespace.get(), rest);
    }

    /** Whether a caller may see and change attributes of the namespace, wherever the modes let him. */
    public boolean isFor(Access access) {
        return namespace == Namespace.USER || namespace == Namespace.TRUSTED && access.isSuperuser();
    }

    /** PERMISSION_DENIED unless {@link #isFor}. */
    public void check(Access access) throws BatonException {
        if (!isFor(access)) {
            throw new BatonException(ErrorCode.PERMISSION_DENIED, "User doesn't have permission for xattr: " + this
                    + "; use the namespace user" + (namespace == Namespace.TRUSTED ? ", or ask a superuser" : ""));
        }
    }

    /** The name as it is stored and shown: the namespace in lower case. */
    @Override
    public String toString() {
        return namespace.name().toLowerCase(Locale.ROOT) + "." + rest;
    }
}
