package io.batonfs.fs;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import org.apache.hadoop.fs.Path;
import org.junit.jupiter.api.Test;

class ChildPathsTest {
    private static final List<String> DIRECTORIES = List.of("baton:///", "baton:///a/b", "baton://host/",
            "baton://host:8770/a", "baton://host:8770/a b/c%d/é?#", "baton://a_b:1/dir/..x/.y", "baton:/a:b/c");
    private static final List<String> NAMES = List.of("file-1", "part-00000.snappy.parquet", "dt=2024-01-01", "a",
            ".hidden", "...", "..a", "a..", "a+b,c;d@e&f$g!h~i*j'k(l)", "two words", "100%", "%20", "a%2Fb", "a:b", "C:",
            "x?y", "x#y", "[1]", "{x}", "a\\b", "\"", "<>", "^`|", "\u00e9", "\u540d", "\ud83d\ude00", "\u00a0", "\u2028",
            "\u007f", "\t", "\n", "a ");

    private static List<Object> seen(Path path) {
        URI uri = path.toUri();
        List<Object> seen = new ArrayList<>(List.of(path, path.hashCode(), path.toString(), path.getName(),
                path.getParent(), path.depth(), path.isAbsolute(), uri, uri.hashCode(), uri.toString(),
                uri.toASCIIString(), uri.getPath(), uri.getRawPath(), uri.getScheme(), uri.getSchemeSpecificPart(),
                uri.getPort(), new Path(path, "child")));
        seen.add(uri.getHost());
        seen.add(uri.getAuthority());
        seen.add(uri.getUserInfo());
        seen.add(uri.getQuery());
        seen.add(uri.getFragment());
        return seen;
    }

    private static Path ofParts(Path directory, String name) {
        URI uri = directory.toUri();
        return new Path(uri.getScheme(), uri.getAuthority(), (directory.isRoot() ? "" : uri.getPath()) + "/" + name);
    }

    private static void check(Path directory, String name) {
        assertThat(seen(new ChildPaths(directory).of(name))).as(directory + " and " + name)
                .isEqualTo(seen(ofParts(directory, name)));
    }

    @Test
    void isWhatHadoopMakesOfTheSameParts() {
        for (String directory : DIRECTORIES) {
            Path path = new Path(directory);
            NAMES.forEach(name -> check(path, name));
            for (char c = 1; c < 0x180; c++) {
                if (c != '/') {
                    check(path, "a" + c);
                    check(path, "a" + c + "b");
                }
            }
            for (char c = '!'; c < 127; c++) {
                if (c != '/' && c != '.') {
                    check(path, String.valueOf(c));
                }
            }
        }
    }
}
