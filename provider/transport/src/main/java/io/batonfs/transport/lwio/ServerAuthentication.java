package io.batonfs.transport.lwio;

import static io.batonfs.transport.lwio.ProtocolViolation.expect;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.UUID;

/**
 * The server's half of LW-4: proves the client's AUTH and makes the signed answer. A key is used up by the first AUTH
 * that proves it, so a replayed AUTH finds none. Thread-safe.
 */
final class ServerAuthentication {
    private final LwioKeyStore keys;
    private final LwioServerConfig config;

    ServerAuthentication(LwioKeyStore keys, LwioServerConfig config) {
        this.keys = keys;
        this.config = config;
    }

    /**
     * Checks an AUTH message, header included.
     *
     * @param lengthBytes bytes received
     * @throws LwioException INVALID_PARAMETER or REVISION_MISMATCH for what is no AUTH of this revision, ACCESS_DENIED
     *                       for what is one but proves nothing
     */
    Proven prove(ByteBuffer message, int lengthBytes) throws LwioException {
        expect("AUTH", "bytes received", lengthBytes, CommonHeader.BYTES + AuthParams.CLIENT_BYTES);
        expect("COMMON_HEADER", "Length of AUTH", message.getInt(CommonHeader.LENGTH_OFFSET), lengthBytes);
        byte[] encoded = new byte[AuthParams.CLIENT_BYTES];
        message.get(CommonHeader.BYTES, encoded);
        AuthParams client = AuthParams.decodeClient(encoded);
        byte[] secret = keys.secretOf(client.key()).orElseThrow(ServerAuthentication::refused);
        if (!AuthParams.isSignedBy(secret, encoded)) {
            Arrays.fill(secret, (byte) 0);
            throw refused();
        }
        Optional<UUID> clientKey = keys.clientKeyOf(client.key());
        if (clientKey.isEmpty() || !keys.use(client.key())) {
            Arrays.fill(secret, (byte) 0);
            throw refused();
        }
        return new Proven(client, clientKey.get(), secret);
    }

    /** One sentence for every reason: a guesser is told nothing. */
    private static LwioException refused() {
        return new LwioException(LwioStatus.ACCESS_DENIED, "the AUTH is not proven: its key is unknown, expired or used"
                + " up, or its signature is wrong; negotiate again");
    }

    /**
     * The server's signed AUTH_PARAMS. Wipes the secret.
     *
     * @param receiveBytes MaxRecvBufferSize of this connection
     */
    byte[] answer(Proven proven, long sessionId, int receiveBytes, int credits) {
        byte[] encoded = new AuthParams(AuthParams.HOST_PAGE_BYTES, AuthParams.CLIENT_BASE_SEQUENCE + 1, config.windowBytes(),
                StatusResponse.BYTES, receiveBytes, credits, Guid.bytesOf(proven.clientKey),
                OptionalLong.of(sessionId)).encode(proven.secret);
        Arrays.fill(proven.secret, (byte) 0);
        return encoded;
    }

    /** A client that has proven itself. */
    static final class Proven {
        final AuthParams client;
        private final UUID clientKey;
        private final byte[] secret;

        Proven(AuthParams client, UUID clientKey, byte[] secret) {
            this.client = client;
            this.clientKey = clientKey;
            this.secret = secret;
        }
    }
}
