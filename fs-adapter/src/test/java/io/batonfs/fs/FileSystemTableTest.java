package io.batonfs.fs;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.lang.reflect.Field;
import java.lang.reflect.Method;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.CommonPathCapabilities;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.hdfs.DistributedFileSystem;
import org.apache.hadoop.hdfs.client.DfsPathCapabilities;
import org.junit.jupiter.api.Test;

/** Keeps FILESYSTEM.md complete and true. */
class FileSystemTableTest {
    private static final Path PAGE = Path.of("FILESYSTEM.md");
    private static final Pattern ROW = Pattern.compile("\\| `([^`]+)` \\| (\\S+) \\| (\\S+) \\|(.*)\\|");

    /** What of HDFS's own class answers, beside what it shares with WebHDFS. */
    private static final Set<String> OF_HDFS_ALONE = Set.of(CommonPathCapabilities.FS_EXPERIMENTAL_BATCH_LISTING,
            CommonPathCapabilities.LEASE_RECOVERABLE, CommonPathCapabilities.BULK_DELETE);

    /** Final in FileSystem; what file systems have of their own is createPathHandle. */
    private static final String MADE_BY_ANOTHER = "getPathHandle";

    private record Row(String name, String hdfs, String baton, String words) {
    }

    @Test
    void namesEveryPublicMethodOnce() throws IOException {
        List<String> named = new ArrayList<>();
        rows("## Methods").forEach(row -> named.add(row.name()));
        Set<String> there = Arrays.stream(FileSystem.class.getMethods())
                .filter(method -> method.getDeclaringClass() != Object.class)
                .map(Method::getName)
                .collect(Collectors.toCollection(TreeSet::new));

        assertEquals(List.copyOf(there), named.stream().sorted().toList());
    }

    /** "default" is FileSystem's own code; what is "yes" or "no" is overridden, or FileSystem's own refusal. */
    @Test
    void tellsWhatIsFileSystemsOwn() throws IOException {
        for (Row row : rows("## Methods")) {
            boolean own = declares(BatonFileSystem.class, row.name());
            switch (row.baton()) {
                case "default" -> assertTrue(!own, row.name() + " is Baton's own");
                case "yes" -> assertTrue(own || row.name().equals(MADE_BY_ANOTHER), row.name() + " is the default");
                case "no" -> assertTrue(!row.words().isBlank() || row.hdfs().equals("no"), row.name() + " has no reason");
                default -> throw new AssertionError(row.toString());
            }
            assertEquals(!row.hdfs().equals("default"),
                    declares(DistributedFileSystem.class, row.name()) || row.name().equals(MADE_BY_ANOTHER),
                    row.name());
        }
    }

    private static boolean declares(Class<?> type, String method) {
        return Arrays.stream(type.getDeclaredMethods()).anyMatch(each -> each.getName().equals(method));
    }

    @Test
    void tellsEveryCapabilityAsItIs() throws Exception {
        Map<String, String> told = new TreeMap<>();
        rows("## Path capabilities").forEach(row -> told.put(row.name(), row.hdfs() + " " + row.baton()));
        Map<String, String> found = new TreeMap<>();
        InMemoryGroup group = new InMemoryGroup();
        Configuration conf = new Configuration();
        conf.set("dfs.checksum.combine.mode", "COMPOSITE_CRC");
        org.apache.hadoop.fs.Path root = new org.apache.hadoop.fs.Path("/");
        AutoCloseable installed = group.install();
        try (FileSystem fs = FileSystem.newInstance(URI.create("baton:///"), conf)) {
            for (Field field : CommonPathCapabilities.class.getFields()) {
                String capability = (String) field.get(null);
                // Some suite of this process may have enabled links, which are off otherwise.
                Optional<Boolean> ofHdfs = capability.equals(CommonPathCapabilities.FS_SYMLINKS)
                        ? Optional.of(false) : DfsPathCapabilities.hasPathCapability(root, capability);
                found.put(capability, word(ofHdfs.orElse(OF_HDFS_ALONE.contains(capability))) + " "
                        + word(fs.hasPathCapability(root, capability)));
            }
        } finally {
            installed.close();
        }
        assertEquals(found, told);
    }

    private static String word(boolean is) {
        return is ? "yes" : "no";
    }

    private static List<Row> rows(String heading) throws IOException {
        List<Row> rows = new ArrayList<>();
        boolean within = false;
        for (String line : Files.readAllLines(PAGE)) {
            within = line.startsWith("## ") ? line.equals(heading) : within;
            Matcher row = ROW.matcher(line);
            if (within && row.matches()) {
                rows.add(new Row(row.group(1), row.group(2), row.group(3), row.group(4)));
            }
        }
        return rows;
    }
}
