package io.batonfs.quickstart;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Directories as they are met on real machines. */
class InputScanTest {
    @TempDir
    Path temporary;

    private Path input;

    @BeforeEach
    void makeInput() throws IOException {
        input = Files.createDirectories(temporary.resolve("input"));
        put("a.txt", "one two");
        put("sub/b.txt", "three");
    }

    @Test
    void filesComeWithLengthAndDigest() throws IOException {
        SourceTree tree = InputScan.of(input);
        assertThat(tree.files()).extracting(SourceFile::name).containsExactly("a.txt", "sub/b.txt");
        assertThat(tree.bytes()).isEqualTo(12);
        // Of "one two", by sha256sum.
        assertThat(tree.files().get(0).sha256())
                .isEqualTo("8ab63e29a4ba14e4e1688f9c15e5af90895421358c945b0431f85d66977bd3d2");
        assertThat(tree.skipped()).isEmpty();
    }

    @Test
    void linkToAFileCountsAsTheFile() throws IOException {
        link("copy.txt", "sub/b.txt");
        Path outside = Files.writeString(temporary.resolve("outside.txt"), "from elsewhere");
        Files.createSymbolicLink(input.resolve("outside.txt"), outside);
        assertThat(names()).containsExactly("a.txt", "copy.txt", "outside.txt", "sub/b.txt");
    }

    @Test
    void danglingLinkIsSkippedAndListed() throws IOException {
        link("dangling", "nowhere");
        assertThat(skipped()).isEqualTo("dangling: dangling link");
    }

    @Test
    void linksInACircleEnd() throws IOException {
        link("sub/up", "..");
        link("sub/self", "self");
        link("again", "sub");
        assertThat(names()).containsExactly("a.txt", "sub/b.txt");
        assertThat(skipped()).contains("sub/up: link to a directory that is in the tree already")
                .contains("again: link to a directory that is in the tree already")
                .contains("sub/self: dangling link");
    }

    @Test
    void linkToWhatHoldsTheInputIsNotFollowed() throws IOException {
        link("out", "../..");
        assertThat(names()).containsExactly("a.txt", "sub/b.txt");
        assertThat(skipped()).isEqualTo("out: link to a directory that holds the input itself");
    }

    @Test
    void directoryOutsideIsFollowedOnce() throws IOException {
        Path outside = Files.createDirectories(temporary.resolve("outside/deep"));
        Files.writeString(outside.resolve("c.txt"), "c");
        Files.createSymbolicLink(outside.resolve("back"), outside.getParent());
        link("linked", "../outside");
        link("twice", "../outside");
        assertThat(names()).containsExactly("a.txt", "linked/deep/c.txt", "sub/b.txt");
        assertThat(InputScan.of(input).skipped()).extracting(SourceTree.Skipped::name)
                .containsExactlyInAnyOrder("twice", "linked/deep/back");
    }

    @Test
    void inputThatIsALinkItselfIsEntered() throws IOException {
        Path link = Files.createSymbolicLink(temporary.resolve("link"), input);
        assertThat(InputScan.of(link).files()).hasSize(2);
    }

    @Test
    void unreadableIsSkippedAndListed() throws IOException {
        Files.setPosixFilePermissions(put("secret", "x"), PosixFilePermissions.fromString("---------"));
        Assumptions.assumeFalse(Files.isReadable(input.resolve("secret")), "the superuser reads everything");
        assertThat(skipped()).isEqualTo("secret: not readable by this user");
    }

    @Test
    void specialFilesAreSkippedAndListed() throws Exception {
        Process mkfifo = new ProcessBuilder("mkfifo", input.resolve("pipe").toString()).start();
        Assumptions.assumeTrue(mkfifo.waitFor() == 0, "there is no mkfifo here");
        assertThat(skipped()).isEqualTo("pipe: neither a file nor a directory");
    }

    @Test
    void namesThatHadoopRefusesAreSkippedAndListed() throws IOException {
        put("a:b", "x");
        put(".hidden.crc", "x");
        put("new\nline", "x");
        put("spaces and umlauts \u00e4", "x");
        assertThat(InputScan.of(input).skipped()).hasSize(3);
    }

    @Test
    void emptyInputIsRefusedWithARemedy() throws IOException {
        Path empty = Files.createDirectories(temporary.resolve("empty"));
        assertThatThrownBy(() -> InputScan.of(empty)).hasMessageContaining("-Dquickstart.input");
        assertThatThrownBy(() -> InputScan.of(empty.resolve("missing"))).hasMessageContaining("-Dquickstart.input");
    }

    @Test
    void textIsToldFromBytes() throws IOException {
        put("umlaut", "\u00e4\u20ac\uD83D\uDE00".repeat(50_000));
        Files.write(input.resolve("latin1"), new byte[] {'a', (byte) 0xE4, 'b'});
        Files.write(input.resolve("nul"), new byte[] {'a', 0, 'b'});
        Files.write(input.resolve("cut"), new byte[] {'a', (byte) 0xE2, (byte) 0x82});
        assertThat(InputScan.of(input).files().stream().filter(SourceFile::text).map(SourceFile::name))
                .containsExactly("a.txt", "sub/b.txt", "umlaut");
    }

    @Test
    void viewShowsExactlyTheFiles() throws IOException {
        link("dangling", "nowhere");
        SourceTree tree = InputScan.of(input);
        Path view = temporary.resolve("view");
        InputView.make(tree, view);
        SourceTree seen = InputScan.of(view);
        assertThat(seen.files()).isEqualTo(tree.files());
        assertThat(seen.skipped()).isEmpty();
    }

    private Path put(String name, String text) throws IOException {
        Path file = input.resolve(name);
        Files.createDirectories(file.getParent());
        return Files.writeString(file, text);
    }

    private void link(String name, String target) throws IOException {
        Files.createSymbolicLink(input.resolve(name), Path.of(target));
    }

    private List<String> names() throws IOException {
        return InputScan.of(input).files().stream().map(SourceFile::name).toList();
    }

    private String skipped() throws IOException {
        return InputScan.of(input).skipped().stream().map(s -> s.name() + ": " + s.reason())
                .collect(Collectors.joining("\n"));
    }
}
