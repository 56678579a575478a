package io.batonfs.catalog.tree;

import io.batonfs.catalog.tables.Keys;
import io.batonfs.model.BatonException;
import io.batonfs.model.ErrorCode;
import java.util.ArrayList;
import java.util.List;

/** Paths as lists of names, and their limits (CAT-11). */
public final class Paths {
    /** Bytes of a name in UTF-8, as in most file systems. */
    public static final int MAX_NAME_BYTES = 255;
    /** Characters of the path of something new; HDFS has 8000 as well. */
    public static final int MAX_PATH_LENGTH = 8000;
    /** Names in the path of something new. */
    public static final int MAX_DEPTH = 512;
    /** Characters of any path; longer than that of something new because trees can be moved deeper. */
    private static final int MAX_ANY_PATH_LENGTH = 1 << 20;

    /** The name under which a directory shows its snapshots. */
    public static final String SNAPSHOTS = ".snapshot";

    private Paths() {
    }

    /** The names in a path that may exist. */
    public static List<String> parse(String path) throws BatonException {
        if (path.isEmpty() || path.charAt(0) != '/') {
            throw invalid(path, "it does not begin with /");
        }
        if (path.length() > MAX_ANY_PATH_LENGTH) {
            throw invalid(beginning(path, 100) + "...", "it has more than " + MAX_ANY_PATH_LENGTH + " characters");
        }
        List<String> names = new ArrayList<>();
        if (path.length() == 1) {
            return names;
        }
        int from = 1;
        while (from <= path.length()) {
            int slash = path.indexOf('/', from);
            int end = slash < 0 ? path.length() : slash;
            String name = path.substring(from, end);
            checkName(path, name);
            names.add(name);
            from = end + 1;
        }
        return names;
    }

    /** The names in a path at which something new is made: within the limits, and not in a snapshot. */
    public static List<String> parseNew(String path) throws BatonException {
        List<String> names = parseLive(path);
        if (path.length() > MAX_PATH_LENGTH) {
            throw new BatonException(ErrorCode.LIMIT_EXCEEDED, "A path of " + path.length()
                    + " characters is longer than " + MAX_PATH_LENGTH + "; use shorter names or fewer directories");
        }
        if (names.size() > MAX_DEPTH) {
            throw new BatonException(ErrorCode.LIMIT_EXCEEDED, "A path of " + names.size()
                    + " names is deeper than " + MAX_DEPTH + "; use fewer directories");
        }
        return names;
    }

    /** The names in a path that may exist and be changed: not in a snapshot. */
    public static List<String> parseLive(String path) throws BatonException {
        List<String> names = parse(path);
        if (names.contains(SNAPSHOTS)) {
            throw new BatonException(ErrorCode.READ_ONLY, path + " lies in a snapshot, which never changes; "
                    + "clone it and change the clone");
        }
        return names;
    }

    /** Checks the name of a snapshot. */
    public static void checkSnapshotName(String name) throws BatonException {
        if (name.indexOf('/') >= 0 || name.equals(SNAPSHOTS)) {
            throw invalid(name, "a snapshot cannot have this name");
        }
        checkName(name, name);
    }

    /** A path from names. */
    public static String format(List<String> names) {
        return "/" + String.join("/", names);
    }

    /** The path of a name in a directory. */
    public static String child(List<String> directory, String name) {
        return directory.isEmpty() ? "/" + name : format(directory) + "/" + name;
    }

    private static void checkName(String path, String name) throws BatonException {
        if (name.isEmpty() || name.equals(".") || name.equals("..")) {
            throw invalid(path, "it has an empty name, \".\" or \"..\"");
        }
        if (name.indexOf('\0') >= 0) {
            throw invalid(path.replace('\0', '?'), "a name has a zero character");
        }
        if (name.length() * 3 > MAX_NAME_BYTES && Keys.utf8(name).length > MAX_NAME_BYTES) {
            throw new BatonException(ErrorCode.LIMIT_EXCEEDED, "The name " + beginning(name, 40) + "... has more than "
                    + MAX_NAME_BYTES + " bytes in UTF-8; use a shorter one");
        }
        for (int i = 0; i < name.length(); i++) {
            char c = name.charAt(i);
            if (Character.isSurrogate(c)) {
                if (Character.isHighSurrogate(c) && i + 1 < name.length() && Character.isLowSurrogate(name.charAt(i + 1))) {
                    i++;
                } else {
                    throw invalid("a path", "a name has half a surrogate pair, which UTF-8 cannot hold");
                }
            }
        }
    }

    /** Characters from the beginning, none cut in two. */
    private static String beginning(String text, int length) {
        return text.substring(0, Character.isHighSurrogate(text.charAt(length - 1)) ? length - 1 : length);
    }

    private static BatonException invalid(String path, String why) {
        return new BatonException(ErrorCode.INVALID_ARGUMENT, path + " is not a legal path: " + why
                + "; use absolute paths of ordinary names");
    }
}
