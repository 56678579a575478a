package io.batonfs.system;

import static org.assertj.core.api.Assertions.assertThat;

import io.batonfs.client.BatonClient;
import io.batonfs.protocol.OffloadWriteResult;
import io.batonfs.tokens.TokenCodec;
import io.batonfs.tokens.TokenKey;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A stolen disk or log yields no token: keys are in no table, log, checkpoint, device or message (TOK-3, CAT-9). */
class SecretsTest {
    private static final byte[] CONTENT = "content that must be found, or the search is worth nothing"
            .getBytes(StandardCharsets.UTF_8);
    /** Small enough to be searched byte by byte. */
    private static final long SEARCHED_DEVICE_BYTES = 128L << 20;
    private static final String NAME = "a-name-that-must-be-found";

    @TempDir
    Path temporary;

    @Test
    void keysAreNowhereBelowTheGroupsDirectoryAndNotInLogs() throws IOException {
        GroupOnDisk group = new GroupOnDisk(temporary.resolve("group"), SEARCHED_DEVICE_BYTES);
        List<byte[]> tokens = new ArrayList<>();
        List<String> said = new ArrayList<>();
        String logged;
        try (LogCapture log = new LogCapture()) {
            // Twice: the second time the group starts from what the first left, by log and snapshot.
            for (int round = 0; round < 2; round++) {
                try (BatonClient client = group.connect()) {
                    useAndMisuse(client, "/" + NAME + round, tokens, said);
                }
            }
            logged = log.text();
        }
        assertThat(logged).as("the log that is searched").contains("batonfs");
        assertFound(group.directory(), CONTENT);
        assertFound(group.directory(), NAME.getBytes(StandardCharsets.UTF_8));
        for (byte[] token : tokens) {
            byte[] key = Tokens.keyOf(token);
            assertThat(filesWith(group.directory(), key)).as("files that hold a key").isEmpty();
            assertUnsaid(logged, key);
            said.forEach(message -> assertUnsaid(message, key));
        }
    }

    private static void useAndMisuse(BatonClient client, String path, List<byte[]> tokens, List<String> said)
            throws IOException {
        Tokens.putFile(client, path, CONTENT);
        byte[] used = Tokens.make(client, path);
        byte[] revoked = Tokens.make(client, path);
        byte[] kept = Tokens.make(client, path);
        byte[] forged = TokenCodec.encode(
                TokenCodec.decode(used).claims(), TokenKey.generate(new SecureRandom()));
        assertThat(Tokens.use(client, used, path + "-copy")).isInstanceOf(OffloadWriteResult.Written.class);
        client.revokeToken(revoked);
        byte[] altered = kept.clone();
        altered[500] ^= 1;
        for (byte[] bad : List.of(revoked, forged, altered)) {
            OffloadWriteResult refused = Tokens.use(client, bad, path + "-bad");
            assertThat(refused).isInstanceOf(OffloadWriteResult.Refused.class);
            said.add(refused.toString());
            tokens.add(bad);
        }
        said.add(Tokens.write(kept, path).toString());
        said.add(TokenCodec.decode(kept).toString());
        tokens.add(used);
        tokens.add(kept);
    }

    private static void assertFound(Path directory, byte[] what) throws IOException {
        assertThat(filesWith(directory, what)).as("files that hold \"%s\"", new String(what, StandardCharsets.UTF_8))
                .isNotEmpty();
    }

    private static void assertUnsaid(String text, byte[] key) {
        String hex = HexFormat.of().formatHex(key);
        assertThat(text.toLowerCase(Locale.ROOT).contains(hex)).as("key in a text, hexadecimal").isFalse();
        // Of Base64 only what does not depend on the bytes before the key: three alignments.
        for (int skip = 0; skip < 3; skip++) {
            byte[] aligned = Arrays.copyOfRange(key, skip, skip + 27);
            assertThat(text.contains(Base64.getUrlEncoder().withoutPadding().encodeToString(aligned))).isFalse();
            assertThat(text.contains(Base64.getEncoder().withoutPadding().encodeToString(aligned))).isFalse();
        }
        assertThat(text.contains(Arrays.toString(key))).as("key in a text, as an array").isFalse();
    }

    private static List<Path> filesWith(Path directory, byte[] what) throws IOException {
        List<Path> found = new ArrayList<>();
        try (Stream<Path> files = Files.walk(directory)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                if (holds(file, what)) {
                    found.add(file);
                }
            }
        }
        return found;
    }

    /** Searches a file piece by piece, each overlapping the one before. */
    private static boolean holds(Path file, byte[] what) throws IOException {
        byte[] piece = new byte[4 << 20];
        int kept = 0;
        try (InputStream in = Files.newInputStream(file)) {
            for (int n = in.readNBytes(piece, 0, piece.length); n > 0;
                    n = in.readNBytes(piece, kept, piece.length - kept)) {
                int filled = kept + n;
                if (indexOf(piece, filled, what) >= 0) {
                    return true;
                }
                kept = Math.min(what.length - 1, filled);
                System.arraycopy(piece, filled - kept, piece, 0, kept);
            }
        }
        return false;
    }

    private static int indexOf(byte[] bytes, int length, byte[] what) {
        for (int at = 0; at <= length - what.length; at++) {
            if (bytes[at] == what[0] && Arrays.equals(bytes, at, at + what.length, what, 0, what.length)) {
                return at;
            }
        }
        return -1;
    }
}
