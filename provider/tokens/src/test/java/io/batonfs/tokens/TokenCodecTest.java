package io.batonfs.tokens;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.batonfs.model.BatonException;
import io.batonfs.model.ErrorCode;
import io.batonfs.model.GroupId;
import io.batonfs.model.TokenId;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class TokenCodecTest {
    private static final GroupId GROUP = new GroupId(UUID.fromString("0f1e2d3c-4b5a-4978-8695-a4b3c2d1e0ff"));
    private static final TokenClaims CLAIMS = new TokenClaims(
            TokenType.POINT_IN_TIME_PERSISTENT, GROUP, TokenId.of(0, 77), 123_456_789L, 4096);
    private static final Set<ErrorCode> REFUSALS = Set.of(ErrorCode.TOKEN_CORRUPT, ErrorCode.TOKEN_BAD_LENGTH,
            ErrorCode.TOKEN_UNSUPPORTED_TYPE, ErrorCode.UNSUPPORTED);

    private final SecureRandom random = new SecureRandom();

    @Test
    void theHeaderIsSpc4s() {
        byte[] token = TokenCodec.encode(CLAIMS, TokenKey.generate(random));
        assertEquals(512, token.length);
        assertEquals("00800002" + "0000" + "01f8" + "000000000000004d"
                        + "e4000000" + "01030008" + "3695a4b3c2d1e0ff" + "00".repeat(16)
                        + "00".repeat(8) + "00000000075bcd15"
                        + "00".repeat(32)
                        + "00001000" + "00".repeat(28)
                        + "01030008" + "3695a4b3c2d1e0ff" + "00".repeat(116),
                HexFormat.of().formatHex(token, 0, 256));
        assertEquals("0001" + "0000" + "0f1e2d3c4b5a49788695a4b3c2d1e0ff" + "000000000000004d" + "0001" + "0001"
                + "0020" + "0000" + "0000" + "0000", HexFormat.of().formatHex(token, 256, 296));
        assertEquals("00".repeat(152), HexFormat.of().formatHex(token, 328, 480));
    }

    @Test
    void whatWasEncodedIsDecoded() throws Exception {
        TokenKey key = TokenKey.generate(random);
        DecodedToken decoded = TokenCodec.decode(TokenCodec.encode(CLAIMS, key));
        assertEquals(CLAIMS, decoded.claims());
        assertEquals(key.digest(), decoded.key().digest());
    }

    @Test
    void anUnknownCountIsAllOnes() throws Exception {
        TokenClaims tree = new TokenClaims(TokenType.POINT_IN_TIME_PERSISTENT, GROUP, TokenId.of(0, 1),
                TokenClaims.UNKNOWN_BYTES, 4096);
        byte[] token = TokenCodec.encode(tree, TokenKey.generate(random));
        assertEquals("ff".repeat(16), HexFormat.of().formatHex(token, 48, 64));
        assertEquals(tree, TokenCodec.decode(token).claims());
    }

    @Test
    void everySingleAlteredBitIsRefused() {
        byte[] token = TokenCodec.encode(CLAIMS, TokenKey.generate(random));
        for (int bit = 0; bit < token.length * 8; bit++) {
            byte[] altered = token.clone();
            altered[bit / 8] ^= (byte) (1 << bit % 8);
            int which = bit;
            BatonException refusal = assertThrows(BatonException.class, () -> TokenCodec.decode(altered),
                    () -> "bit " + which);
            assertTrue(REFUSALS.contains(refusal.code()), () -> "bit " + which + ": " + refusal.code());
        }
    }

    @Test
    void anotherLengthIsRefusedByName() {
        BatonException refusal = assertThrows(BatonException.class, () -> TokenCodec.decode(new byte[511]));
        assertEquals(ErrorCode.TOKEN_BAD_LENGTH, refusal.code());
    }

    @Test
    void keysDiffer() {
        assertNotEquals(TokenKey.generate(random).digest(), TokenKey.generate(random).digest());
    }

    @Test
    void neitherKeyNorDigestShowsInText() {
        TokenKey key = TokenKey.generate(random);
        byte[] token = TokenCodec.encode(CLAIMS, key);
        String hexKey = HexFormat.of().formatHex(token, 296, 328);
        assertFalse((key + " " + new DecodedToken(CLAIMS, key)).contains(hexKey));
        assertFalse(key.digest().toString().contains(HexFormat.of().formatHex(key.digest().toBytes())));
    }

    @Test
    void theTextFormComesBack() throws Exception {
        byte[] token = TokenCodec.encode(CLAIMS, TokenKey.generate(random));
        String text = TokenCodec.toText(token);
        assertTrue(text.matches("[A-Za-z0-9_-]{683}"), text);
        assertArrayEquals(token, TokenCodec.fromText(" " + text + "\n"));
        assertEquals(ErrorCode.TOKEN_CORRUPT,
                assertThrows(BatonException.class, () -> TokenCodec.fromText("not a token!")).code());
    }
}
