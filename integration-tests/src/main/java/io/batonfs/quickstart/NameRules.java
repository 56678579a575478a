package io.batonfs.quickstart;

/** Which file names can be carried through Hadoop's file systems. */
final class NameRules {

    private NameRules() {
    }

    /** Why a name can't be used; null if it can. */
    static String refusalOf(String name) {
        if (name.indexOf(':') >= 0) {
            return "HDFS allows no ':' in names";
        }
        if (name.startsWith(".") && name.endsWith(".crc")) {
            return "Hadoop's local file system takes it for a checksum file";
        }
        if (name.startsWith(".distcp.tmp.")) {
            return "distcp takes it for a temporary file of its own";
        }
        if (name.indexOf('\uFFFD') >= 0 || name.chars().anyMatch(Character::isISOControl)) {
            return "the name can't be written in this locale's characters";
        }
        return null;
    }
}
