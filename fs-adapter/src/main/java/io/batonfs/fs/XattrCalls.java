package io.batonfs.fs;

import io.batonfs.model.BatonException;
import io.batonfs.model.ErrorCode;
import io.batonfs.protocol.XattrChange;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.apache.hadoop.HadoopIllegalArgumentException;
import org.apache.hadoop.fs.XAttrSetFlag;
import org.apache.hadoop.security.AccessControlException;

/** Extended attributes, with HDFS's names, flags and sentences. Thread-safe. */
final class XattrCalls {
    private static final Set<String> NAMESPACES = Set.of("user", "trusted", "security", "system", "raw");

    private final GroupCalls group;

    XattrCalls(GroupCalls group) {
        this.group = group;
    }

    /** Sets one; a null value is an empty one. */
    void set(String path, String name, byte[] value, EnumSet<XAttrSetFlag> flags) throws IOException {
        String canonical = canonical(name);
        if (flags == null || flags.isEmpty()) {
            throw new HadoopIllegalArgumentException("A flag must be specified.");
        }
        XattrChange when = flags.size() == 2 ? XattrChange.CREATE_OR_REPLACE
                : flags.contains(XAttrSetFlag.CREATE) ? XattrChange.CREATE : XattrChange.REPLACE;
        group.order(path, client -> {
            try {
                client.setXattr(path, canonical, value == null ? new byte[0] : value, when);
            } catch (BatonException e) {
                throw switch (e.code()) {
                    case NO_SUCH_ATTRIBUTE -> new IOException(
                            "XAttr: " + canonical + " does not exist. The CREATE flag must be specified.", e);
                    case ATTRIBUTE_EXISTS -> new IOException(
                            "XAttr: " + canonical + " already exists. The REPLACE flag must be specified.", e);
                    default -> inWordsOfHdfs(path, e);
                };
            }
        });
    }

    /** Takes one away. */
    void remove(String path, String name) throws IOException {
        String canonical = canonical(name);
        group.order(path, client -> {
            try {
                client.removeXattr(path, canonical);
            } catch (BatonException e) {
                throw e.code() == ErrorCode.NO_SUCH_ATTRIBUTE
                        ? new IOException("No matching attributes found for remove operation", e)
                        : inWordsOfHdfs(path, e);
            }
        });
    }

    /** Those that the caller may see. */
    Map<String, byte[]> all(String path) throws IOException {
        return group.read(path, client -> {
            try {
                return client.xattrs(path);
            } catch (BatonException e) {
                throw inWordsOfHdfs(path, e);
            }
        });
    }

    /** Those named; fails if one is missing, or none of the caller's business. */
    Map<String, byte[]> named(String path, List<String> names) throws IOException {
        if (names == null || names.isEmpty()) {
            throw new HadoopIllegalArgumentException("XAttr names can not be null or empty.");
        }
        List<String> canonical = names.stream().map(XattrCalls::canonical).toList();
        for (String name : canonical) {
            if (!mayAskFor(name)) {
                throw new AccessControlException("User doesn't have permission for xattr: " + name);
            }
        }
        Map<String, byte[]> there = all(path);
        Map<String, byte[]> found = new LinkedHashMap<>();
        for (String name : canonical) {
            byte[] value = there.get(name);
            if (value == null) {
                throw new IOException("At least one of the attributes provided was not found.");
            }
            found.put(name, value);
        }
        return found;
    }

    /** Users have the namespace user, superusers trusted as well; the group hides the others from everybody. */
    private boolean mayAskFor(String name) throws IOException {
        return name.startsWith("user.") || name.startsWith("trusted.") && group.client().caller().superuser();
    }

    /** The name with its namespace in small letters, as HDFS stores and shows it. */
    private static String canonical(String name) {
        Objects.requireNonNull(name, "XAttr name cannot be null.");
        int dot = name.indexOf('.');
        String namespace = dot < 0 ? "" : name.substring(0, dot).toLowerCase(Locale.ROOT);
        if (!NAMESPACES.contains(namespace)) {
            if (dot == name.length() - 1 && dot >= 3) {
                throw new HadoopIllegalArgumentException("XAttr name cannot be empty.");
            }
            throw new HadoopIllegalArgumentException(
                    "An XAttr name must be prefixed with user/trusted/security/system/raw, followed by a '.'");
        }
        if (dot == name.length() - 1) {
            throw new HadoopIllegalArgumentException("XAttr name cannot be empty.");
        }
        return namespace + name.substring(dot);
    }

    private static IOException inWordsOfHdfs(String path, BatonException failure) {
        if (failure.code() != ErrorCode.NOT_FOUND) {
            return failure;
        }
        FileNotFoundException thrown = new FileNotFoundException("cannot find " + path);
        thrown.initCause(failure);
        return thrown;
    }
}
