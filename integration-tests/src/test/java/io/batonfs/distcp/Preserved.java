package io.batonfs.distcp;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.function.Function;
import org.apache.hadoop.fs.FSDataOutputStream;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.fs.permission.AclEntry;
import org.apache.hadoop.fs.permission.FsPermission;

/** The letters of -p that stand for something that can be seen, and where it is seen. */
enum Preserved {
    REPLICATION('r', true, Tree.Entry::replication),
    BLOCK_SIZE('b', true, Tree.Entry::blockBytes),
    USER('u', false, Tree.Entry::owner),
    GROUP('g', false, Tree.Entry::group),
    PERMISSION('p', false, Tree.Entry::permission),
    ACL('a', false, Tree.Entry::acl),
    ATTRIBUTES('x', false, Tree.Entry::attributes),
    MODIFICATION_TIME('t', false, Tree.Entry::modifiedMs),
    ACCESS_TIME('t', true, Tree.Entry::accessedMs);

    private final char letter;
    private final boolean ofFilesOnly;
    private final Function<Tree.Entry, Object> value;

    Preserved(char letter, boolean ofFilesOnly, Function<Tree.Entry, Object> value) {
        this.letter = letter;
        this.ofFilesOnly = ofFilesOnly;
        this.value = value;
    }

    /**
     * Asserts that a copy has what was asked for, and the source's other attributes not: those of the source are such
     * as no file has by itself.
     *
     * @param letters of -p
     */
    static void check(String letters, String name, Tree.Entry source, Tree.Entry copy) {
        for (Preserved attribute : values()) {
            Object there = attribute.value.apply(copy);
            Object here = attribute.value.apply(source);
            if (source.directory() && attribute.ofFilesOnly) {
                continue;
            }
            if (attribute.isPreservedBy(letters)) {
                assertThat(there).as("%s of %s", attribute, name).isEqualTo(here);
            } else {
                assertThat(there).as("%s of %s, not asked for", attribute, name).isNotEqualTo(here);
            }
        }
    }

    /** ACLs bring permissions with them, and a checksum's type brings its block size. */
    private boolean isPreservedBy(String letters) {
        return letters.indexOf(letter) >= 0
                || this == PERMISSION && letters.indexOf('a') >= 0
                || this == BLOCK_SIZE && letters.indexOf('c') >= 0;
    }

    /** Gives a directory, and a file that is made in it, attributes that none has by itself. */
    static void distinguish(FileSystem fs, Path directory, Path file, byte[] bytes) throws IOException {
        fs.mkdirs(directory);
        try (FSDataOutputStream out = fs.create(file, true, 4096, (short) 2, 1 << 20)) {
            out.write(bytes);
        }
        for (Path path : List.of(file, directory)) {
            fs.setOwner(path, "alice", "staff");
            fs.setPermission(path, new FsPermission((short) 0707));
            fs.modifyAclEntries(path, AclEntry.parseAclSpec("user:bob:r-x", true));
            fs.setXAttr(path, "user.note", "read me".getBytes(StandardCharsets.UTF_8));
            fs.setTimes(path, 1_000_000, path.equals(file) ? 2_000_000 : -1);
        }
    }
}
