package io.batonfs.embedded;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import io.batonfs.client.BatonClient;
import io.batonfs.model.ErrorCode;
import io.batonfs.model.ServerId;
import io.batonfs.protocol.OffloadRead;
import io.batonfs.protocol.OffloadReadResult;
import io.batonfs.protocol.OffloadWrite;
import io.batonfs.protocol.OffloadWriteResult;
import io.batonfs.protocol.TokenLimits;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** TOK-4, TOK-5: a token never outlives its limits and never represents changed data. */
class TokenLimitsTest {
    private static final byte[] BYTES = GroupUnderTest.random(100_000);
    private static final long HOUR_MS = 3_600_000;

    @TempDir
    private Path directory;

    @Test
    void aTokenDiesWithItsTimeToLive() throws Exception {
        try (GroupUnderTest group = new GroupUnderTest(directory, 1); BatonClient client = group.client()) {
            GroupUnderTest.write(client, "/file", BYTES);
            byte[] token = token(client, "/file", new TokenLimits(60_000, HOUR_MS));
            group.advance(Duration.ofMillis(59_999));
            assertWritten(client, token, "/copy1");
            group.advance(Duration.ofMillis(1));
            assertRefused(ErrorCode.TOKEN_EXPIRED, client, token, "/copy2");
        }
    }

    @Test
    void aTokenThatNobodyUsesDiesSoonerAndEachUseKeepsItAlive() throws Exception {
        try (GroupUnderTest group = new GroupUnderTest(directory, 1); BatonClient client = group.client()) {
            GroupUnderTest.write(client, "/file", BYTES);
            byte[] token = token(client, "/file", new TokenLimits(HOUR_MS, 60_000));
            for (int use = 0; use < 3; use++) {
                group.advance(Duration.ofMillis(59_999));
                assertWritten(client, token, "/copy" + use);
            }
            group.advance(Duration.ofMillis(60_000));
            assertRefused(ErrorCode.TOKEN_EXPIRED, client, token, "/late");
        }
    }

    @Test
    void aRevokedTokenIsWorthNothing() throws Exception {
        try (GroupUnderTest group = new GroupUnderTest(directory, 1); BatonClient client = group.client()) {
            GroupUnderTest.write(client, "/file", BYTES);
            byte[] token = token(client, "/file", new TokenLimits(HOUR_MS, HOUR_MS));
            client.revokeToken(token);
            assertRefused(ErrorCode.TOKEN_REVOKED, client, token, "/copy");
        }
    }

    @Test
    void aTokenStandsForWhatItStoodForThroughDeleteOverwriteAppendMoveAndRestart() throws Exception {
        byte[] token;
        try (GroupUnderTest group = new GroupUnderTest(directory, 2); BatonClient client = group.client()) {
            GroupUnderTest.write(client, "/file", BYTES);
            token = token(client, "/file", new TokenLimits(24 * HOUR_MS, 24 * HOUR_MS));
            try (var out = client.append("/file")) {
                out.write(BYTES, 0, 1000);
            }
            client.moveFile("/file", new ServerId(1));
            client.moveFile("/file", new ServerId(2));
            GroupUnderTest.write(client, "/file", new byte[10]);
            client.delete("/file", false);
            for (int round = 0; round < 40; round++) {
                group.advance(Duration.ofMinutes(1));
            }
        }
        try (GroupUnderTest group = new GroupUnderTest(directory, 2); BatonClient client = group.client()) {
            assertWritten(client, token, "/copy");
        }
    }

    private static byte[] token(BatonClient client, String path, TokenLimits limits) throws IOException {
        OffloadReadResult result = client.offloadRead(
                List.of(new OffloadRead(path, Optional.empty(), 0, -1)), limits).get(0);
        return assertInstanceOf(OffloadReadResult.Granted.class, result).token();
    }

    private static void assertWritten(BatonClient client, byte[] token, String path) throws IOException {
        assertInstanceOf(OffloadWriteResult.Written.class, write(client, token, path));
        assertArrayEquals(BYTES, GroupUnderTest.read(client, path));
    }

    private static void assertRefused(ErrorCode code, BatonClient client, byte[] token, String path)
            throws IOException {
        OffloadWriteResult.Refused refused = assertInstanceOf(
                OffloadWriteResult.Refused.class, write(client, token, path));
        assertEquals(code, refused.code(), refused.message());
        assertEquals(Optional.empty(), client.status(path));
    }

    private static OffloadWriteResult write(BatonClient client, byte[] token, String path) throws IOException {
        return client.offloadWrite(List.of(new OffloadWrite(token, 0, -1, path, GroupUnderTest.OPTIONS))).get(0);
    }
}
