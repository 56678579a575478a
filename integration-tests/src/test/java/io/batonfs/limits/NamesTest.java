package io.batonfs.limits;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.batonfs.client.BatonClients;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.fs.RemoteIterator;
import org.apache.hadoop.fs.permission.FsPermission;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Every legal name goes through every way in which names travel; every other one is refused, and says why. */
class NamesTest extends OnOneGroup {
    private static final int MAX_NAME_BYTES = 255;
    private static final Path DIRECTORY = new Path("/names");

    @BeforeEach
    void makeDirectory() throws Exception {
        fs.mkdirs(DIRECTORY);
    }

    @Test
    void everyLegalNameWorksEverywhere() throws Exception {
        System.out.println("limits.seed=" + Limits.SEED);
        List<String> names = new ArrayList<>(LegalNames.all(new Random(Limits.SEED)));
        for (String name : names) {
            Limits.write(fs, below(DIRECTORY, name), name);
        }
        assertThat(listed(DIRECTORY)).as("in the order of bytes").containsExactlyElementsOf(names);
        for (String name : names) {
            Path file = below(DIRECTORY, name);
            FileStatus status = fs.getFileStatus(file);
            assertThat(status.getPath().getName()).as(Limits.printable(name)).isEqualTo(name);
            assertThat(status.getLen()).as(Limits.printable(name)).isEqualTo(utf8(name).length);
            assertThat(Limits.read(fs, file)).as(Limits.printable(name)).isEqualTo(name);
        }
        copiesAndClonesKeep(names);
        restart();
        assertThat(listed(DIRECTORY)).as("after a restart").containsExactlyElementsOf(names);
        renamesAndDeletesFind(names);
    }

    private void copiesAndClonesKeep(List<String> names) throws IOException {
        Path cloned = new Path("/cloned");
        fs.cloneTree(DIRECTORY, cloned);
        assertThat(listed(cloned)).containsExactlyElementsOf(names);
        Path copies = new Path("/copies");
        fs.mkdirs(copies);
        for (String name : names) {
            fs.copyByToken(below(DIRECTORY, name), Optional.empty(), 0, -1, below(copies, name),
                    FsPermission.getFileDefault(), (short) 1, fs.getDefaultBlockSize(copies));
        }
        assertThat(listed(copies)).containsExactlyElementsOf(names);
        for (String name : names) {
            assertThat(Limits.read(fs, below(copies, name))).as(Limits.printable(name)).isEqualTo(name);
            assertThat(Limits.read(fs, below(cloned, name))).as(Limits.printable(name)).isEqualTo(name);
        }
        fs.delete(copies, true);
        fs.delete(cloned, true);
    }

    private void renamesAndDeletesFind(List<String> names) throws IOException {
        Path moved = new Path("/moved");
        fs.mkdirs(moved);
        for (String name : names) {
            assertThat(fs.rename(below(DIRECTORY, name), below(moved, name))).as(Limits.printable(name)).isTrue();
        }
        assertThat(listed(DIRECTORY)).isEmpty();
        assertThat(listed(moved)).containsExactlyElementsOf(names);
        for (String name : names) {
            assertThat(fs.exists(below(DIRECTORY, name))).as(Limits.printable(name)).isFalse();
            assertThat(fs.delete(below(moved, name), false)).as(Limits.printable(name)).isTrue();
        }
        assertThat(listed(moved)).isEmpty();
    }

    @Test
    void directoriesMayHaveTheSameNames() throws IOException {
        List<String> names = LegalNames.all(new Random(Limits.SEED)).stream().filter(name -> name.length() < 10).toList();
        for (String name : names) {
            Path inner = below(below(DIRECTORY, name), "inner");
            Limits.write(fs, inner, name);
            assertThat(Limits.read(fs, inner)).as(Limits.printable(name)).isEqualTo(name);
            assertThat(fs.listStatus(below(DIRECTORY, name))).extracting(status -> status.getPath().toUri().getPath())
                    .as(Limits.printable(name)).containsExactly("/names/" + name + "/inner");
        }
        assertThat(listed(DIRECTORY)).containsExactlyElementsOf(names);
    }

    @Test
    void globFindsANameByItsEscape() throws IOException {
        List<String> names = List.of("a*b", "axb", "[ab]", "a", "{a,b}", "b", "a?b", "back\\slash", "%2F", "a b", "\u00e4");
        for (String name : names) {
            Limits.write(fs, below(DIRECTORY, name), name);
        }
        for (String name : names) {
            String escaped = name.replaceAll("([\\\\*?\\[\\]{},])", "\\\\$1");
            assertThat(fs.globStatus(new Path(null, null, "/names/" + escaped)))
                    .as("glob %s", escaped)
                    .extracting(status -> status.getPath().getName()).containsExactly(name);
        }
    }

    @Test
    void namesThatLookAlikeAreDifferent() throws IOException {
        List<String> alike = List.of("\u00e4", "a\u0308", "A\u0308", "\u00c4", "a", "A", "a ", " a");
        for (String name : alike) {
            Limits.write(fs, below(DIRECTORY, name), name);
        }
        for (String name : alike) {
            assertThat(Limits.read(fs, below(DIRECTORY, name))).isEqualTo(name);
        }
        assertThat(listed(DIRECTORY)).hasSameSizeAs(alike);
    }

    @Test
    void listingGoesOnAfterAnyName() throws IOException {
        List<String> names = new ArrayList<>(LegalNames.all(new Random(Limits.SEED)));
        for (String name : names) {
            fs.mkdirs(below(DIRECTORY, name));
        }
        try (var client = BatonClients.connect(authority(), group.settings(), group.caller())) {
            for (int i = 0; i < names.size(); i++) {
                var page = client.list("/names", names.get(i), 2);
                assertThat(page.entries()).extracting(info -> info.name())
                        .as("after %s", Limits.printable(names.get(i)))
                        .isEqualTo(names.subList(i + 1, Math.min(i + 3, names.size())));
                assertThat(page.more()).isEqualTo(i + 3 < names.size());
            }
        }
    }

    @Test
    void nameHas255BytesAndNoMore() throws IOException {
        for (String unit : List.of("a", "\u00e4", "\u20ac", "\uD83D\uDE80")) {
            int bytes = utf8(unit).length;
            String longest = unit.repeat(MAX_NAME_BYTES / bytes) + "x".repeat(MAX_NAME_BYTES % bytes);
            assertThat(utf8(longest)).hasSize(MAX_NAME_BYTES);
            Path file = below(DIRECTORY, longest);
            Limits.write(fs, file, longest);
            assertThat(Limits.read(fs, file)).isEqualTo(longest);
            assertThat(listed(DIRECTORY)).containsExactly(longest);

            Path tooLong = below(DIRECTORY, longest + "y");
            refused(() -> Limits.write(fs, tooLong, "x"), "255 bytes");
            refused(() -> fs.mkdirs(tooLong), "255 bytes");
            refused(() -> fs.rename(file, tooLong), "255 bytes");
            refused(() -> fs.cloneTree(file, tooLong), "255 bytes");
            refused(() -> fs.copyByToken(file, Optional.empty(), 0, -1, tooLong, FsPermission.getFileDefault(), (short) 1,
                    fs.getDefaultBlockSize(file)), "255 bytes");
            assertThat(listed(DIRECTORY)).as("nothing is left of it").containsExactly(longest);
            fs.delete(file, false);
        }
    }

    @Test
    void halfASurrogatePairIsRefused() throws IOException {
        for (String half : List.of("\uD83D", "\uDE80", "a\uD83Db", "\uDE80\uD83D", "\uD83D\uD83D\uDE80")) {
            Path file = new Path(null, null, "/names/" + half);
            refused(() -> Limits.write(fs, file, "x"), "surrogate");
            refused(() -> fs.mkdirs(file), "surrogate");
        }
        assertThat(listed(DIRECTORY)).isEmpty();
    }

    @Test
    void reservedNamesAreRefusedClearly() throws IOException {
        Path snapshots = below(DIRECTORY, ".snapshot");
        refused(() -> Limits.write(fs, snapshots, "x"), "snapshot");
        refused(() -> fs.mkdirs(snapshots), "snapshot");
        refused(() -> Limits.write(fs, below(snapshots, "x"), "x"), "snapshot");
        Path file = below(DIRECTORY, "file");
        Limits.write(fs, file, "x");
        refused(() -> fs.rename(file, snapshots), "snapshot");
        refused(() -> fs.delete(snapshots, true), "snapshot");
        for (String colon : List.of("a:b", ":", "a:", ":a")) {
            Path bad = new Path("baton", group.root().getAuthority(), "/names/" + colon);
            assertThatThrownBy(() -> Limits.write(fs, bad, "x")).as(colon).hasMessageContaining("colon");
            assertThatThrownBy(() -> fs.mkdirs(bad)).as(colon).hasMessageContaining("colon");
            assertThatThrownBy(() -> fs.rename(file, bad)).as(colon).hasMessageContaining("colon");
        }
        refused(() -> fs.mkdirs(new Path(null, null, "/names/zero\0zero")), "zero character");
        assertThat(listed(DIRECTORY)).containsExactly("file");
    }

    /** Hadoop's Path resolves them before a file system sees them. */
    @Test
    void dotsMeanDirectories() throws IOException {
        Limits.write(fs, new Path("/names/x/../y"), "y");
        Limits.write(fs, new Path("/names/./z"), "z");
        assertThat(listed(DIRECTORY)).containsExactly("y", "z");
        assertThat(Limits.read(fs, new Path("/names//y/"))).isEqualTo("y");
        assertThatThrownBy(() -> fs.getFileStatus(new Path("/names/x"))).isInstanceOf(FileNotFoundException.class);
    }

    @FunctionalInterface
    private interface Call {
        void run() throws IOException;
    }

    private static void refused(Call call, String why) {
        assertThatThrownBy(call::run).isInstanceOf(IOException.class)
                .satisfies(e -> assertThat(e + " / " + e.getCause()).contains(why));
    }

    private String authority() {
        String authority = group.root().getAuthority();
        return authority == null ? "" : authority;
    }

    private static Path below(Path parent, String name) {
        return new Path(null, null, parent.toUri().getPath() + "/" + name);
    }

    private List<String> listed(Path path) throws IOException {
        List<String> names = new ArrayList<>();
        RemoteIterator<FileStatus> entries = fs.listStatusIterator(path);
        while (entries.hasNext()) {
            names.add(entries.next().getPath().getName());
        }
        assertThat(Arrays.stream(fs.listStatus(path)).map(status -> status.getPath().getName()).toList()).isEqualTo(names);
        return names;
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
