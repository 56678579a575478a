package io.batonfs.system;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.batonfs.client.BatonClient;
import io.batonfs.model.BatonException;
import io.batonfs.model.ErrorCode;
import io.batonfs.model.GroupId;
import io.batonfs.model.TokenId;
import io.batonfs.protocol.OffloadWrite;
import io.batonfs.protocol.OffloadWriteResult;
import io.batonfs.protocol.TokenLimits;
import io.batonfs.tokens.DecodedToken;
import io.batonfs.tokens.TokenClaims;
import io.batonfs.tokens.TokenCodec;
import io.batonfs.tokens.TokenKey;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tokens that are not what was given out: each is refused with an error that says why, and nothing is made. */
class TokenAbuseTest {
    private static final byte[] TEXT = "what the token stands for".getBytes(StandardCharsets.UTF_8);
    private static final SecureRandom RANDOM = new SecureRandom();
    /** Altered bits may also look like another type, length or version. */
    private static final Set<ErrorCode> OF_ALTERED = EnumSet.of(ErrorCode.TOKEN_CORRUPT, ErrorCode.TOKEN_BAD_LENGTH,
            ErrorCode.TOKEN_UNSUPPORTED_TYPE, ErrorCode.UNSUPPORTED);
    /** A wrong key must not tell whether the id exists, so both are fine. */
    private static final Set<ErrorCode> OF_GUESSED = EnumSet.of(ErrorCode.TOKEN_UNKNOWN, ErrorCode.TOKEN_CORRUPT);

    @TempDir
    Path temporary;

    private BatonClient client;
    private byte[] token;

    @BeforeEach
    void makeToken() throws IOException {
        client = new GroupOnDisk(temporary.resolve("group")).connect();
        Tokens.putFile(client, "/source", TEXT);
        token = Tokens.make(client, "/source");
    }

    @AfterEach
    void close() throws IOException {
        client.close();
    }

    @Test
    void genuineTokenWorksMoreThanOnce() throws IOException {
        for (String target : new String[] {"/one", "/two"}) {
            assertThat(Tokens.use(client, token, target)).isInstanceOf(OffloadWriteResult.Written.class);
            assertThat(Tokens.readFile(client, target)).isEqualTo(TEXT);
        }
    }

    @Test
    void everySingleAlteredBitIsRefused() throws IOException {
        List<OffloadWrite> uses = new ArrayList<>();
        for (int bit = 0; bit < token.length * Byte.SIZE; bit++) {
            byte[] altered = token.clone();
            altered[bit / Byte.SIZE] ^= (byte) (1 << bit % Byte.SIZE);
            uses.add(Tokens.write(altered, "/altered-" + bit));
        }
        List<OffloadWriteResult> results = client.offloadWrite(uses);
        assertThat(results).hasSize(uses.size());
        for (int bit = 0; bit < uses.size(); bit++) {
            assertRefused(results.get(bit), OF_ALTERED, "bit " + bit);
        }
        assertNothingMade();
    }

    @Test
    void alteredTokenCannotBeRevoked() throws IOException {
        byte[] altered = token.clone();
        altered[300] ^= 1;
        assertThatThrownBy(() -> client.revokeToken(altered)).isInstanceOf(BatonException.class);
        assertThat(Tokens.use(client, token, "/still")).isInstanceOf(OffloadWriteResult.Written.class);
    }

    @Test
    void otherLengthsAreRefused() throws IOException {
        for (int length : new int[] {0, 1, 511, 513, 1024}) {
            assertRefused(Tokens.use(client, Arrays.copyOf(token, length), "/altered-length"),
                    EnumSet.of(ErrorCode.TOKEN_BAD_LENGTH), "length " + length);
        }
        assertNothingMade();
    }

    @Test
    void guessedKeyIsRefusedThoughAllElseIsRight() throws IOException {
        DecodedToken genuine = TokenCodec.decode(token);
        for (int i = 0; i < 20; i++) {
            byte[] forged = TokenCodec.encode(genuine.claims(), TokenKey.generate(RANDOM));
            assertRefused(Tokens.use(client, forged, "/altered-key"), OF_GUESSED, "guess " + i);
            assertThatThrownBy(() -> client.revokeToken(forged)).isInstanceOf(BatonException.class);
        }
        assertNothingMade();
        assertThat(Tokens.use(client, token, "/still")).isInstanceOf(OffloadWriteResult.Written.class);
    }

    @Test
    void guessedIdIsRefused() throws IOException {
        DecodedToken genuine = TokenCodec.decode(token);
        long own = genuine.claims().id().value();
        for (long id : new long[] {own + 1, own + 2, own + 1000, own ^ 0x4000}) {
            byte[] forged = TokenCodec.encode(claims(genuine, genuine.claims().group(), id), genuine.key());
            assertRefused(Tokens.use(client, forged, "/altered-id"), OF_GUESSED, "id " + id);
        }
        assertNothingMade();
    }

    @Test
    void claimOfMoreBytesDoesNotHelp() throws IOException {
        DecodedToken genuine = TokenCodec.decode(token);
        TokenClaims claims = genuine.claims();
        byte[] forged = TokenCodec.encode(new TokenClaims(
                claims.type(), claims.group(), claims.id(), 1L << 40, claims.blockBytes()), genuine.key());
        OffloadWriteResult result = Tokens.use(client, forged, "/greedy");
        if (result instanceof OffloadWriteResult.Written written) {
            assertThat(written.writtenBytes()).isEqualTo(TEXT.length);
            assertThat(Tokens.readFile(client, "/greedy")).isEqualTo(TEXT);
        } else {
            assertRefused(result, OF_GUESSED, "a claim of more bytes");
        }
    }

    @Test
    void tokenOfAnotherGroupIsRefused() throws IOException {
        try (BatonClient other = new GroupOnDisk(temporary.resolve("other")).connect()) {
            Tokens.putFile(other, "/source", TEXT);
            byte[] foreign = Tokens.make(other, "/source");
            assertRefused(Tokens.use(client, foreign, "/altered-foreign"), EnumSet.of(ErrorCode.TOKEN_UNKNOWN),
                    "a token of another group");
            DecodedToken decoded = TokenCodec.decode(foreign);
            byte[] relabelled = TokenCodec.encode(
                    claims(decoded, TokenCodec.decode(token).claims().group(), decoded.claims().id().value()),
                    decoded.key());
            assertRefused(Tokens.use(client, relabelled, "/altered-relabelled"), OF_GUESSED,
                    "a token of another group under this group's name");
        }
        byte[] nowhere = TokenCodec.encode(
                claims(TokenCodec.decode(token), new GroupId(UUID.randomUUID()), 1), TokenKey.generate(RANDOM));
        assertRefused(Tokens.use(client, nowhere, "/altered-nowhere"), EnumSet.of(ErrorCode.TOKEN_UNKNOWN),
                "a token of a group that doesn't exist");
        assertNothingMade();
    }

    @Test
    void expiredTokenIsRefusedAsExpired() throws Exception {
        byte[] shortLived = Tokens.make(client, "/source", new TokenLimits(1, 600_000));
        assertRefused(useWhenOver(shortLived), EnumSet.of(ErrorCode.TOKEN_EXPIRED), "time to live over");
        byte[] unused = Tokens.make(client, "/source", new TokenLimits(600_000, 1));
        assertRefused(useWhenOver(unused), EnumSet.of(ErrorCode.TOKEN_EXPIRED), "inactivity limit over");
    }

    @Test
    void revokedTokenIsRefusedAsRevoked() throws IOException {
        client.revokeToken(token);
        assertRefused(Tokens.use(client, token, "/altered-revoked"), EnumSet.of(ErrorCode.TOKEN_REVOKED), "revoked");
        assertNothingMade();
    }

    @Test
    void tokenSurvivesRestartAndSourceAndStillNeedsItsKey() throws IOException {
        client.delete("/source", false);
        client.close();
        client = new GroupOnDisk(temporary.resolve("group")).connect();
        DecodedToken genuine = TokenCodec.decode(token);
        byte[] forged = TokenCodec.encode(genuine.claims(), TokenKey.generate(RANDOM));
        assertRefused(Tokens.use(client, forged, "/altered-key"), OF_GUESSED, "a guess after a restart");
        assertThat(Tokens.use(client, token, "/after")).isInstanceOf(OffloadWriteResult.Written.class);
        assertThat(Tokens.readFile(client, "/after")).isEqualTo(TEXT);
    }

    /** Uses a token that lives for a millisecond, a few of them later. */
    private OffloadWriteResult useWhenOver(byte[] expiring) throws Exception {
        Thread.sleep(Duration.ofMillis(20).toMillis()); // the group's clock is the machine's: only time helps
        return Tokens.use(client, expiring, "/altered-expired");
    }

    private static TokenClaims claims(DecodedToken token, GroupId group, long id) {
        TokenClaims claims = token.claims();
        return new TokenClaims(claims.type(), group, new TokenId(id), claims.representedBytes(), claims.blockBytes());
    }

    private static void assertRefused(OffloadWriteResult result, Set<ErrorCode> codes, String what) {
        assertThat(result).as(what).isInstanceOf(OffloadWriteResult.Refused.class);
        OffloadWriteResult.Refused refused = (OffloadWriteResult.Refused) result;
        assertThat(codes).as("%s: %s", what, refused.message()).contains(refused.code());
        assertThat(refused.message()).as(what).isNotBlank();
    }

    private void assertNothingMade() throws IOException {
        assertThat(client.list("/", "", 10_000).entries())
                .as("entries of the root").hasSize(1);
    }
}
