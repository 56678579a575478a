package io.batonfs.transport.lwio;

import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.OptionalLong;
import java.util.UUID;

/** The client's half of LW-4. Used once, by one thread; wipes its copy of the secret when closed. */
final class ClientAuthentication implements AutoCloseable {
    private final byte[] clientKey;
    private final byte[] serverKey;
    private final byte[] secret;

    ClientAuthentication(UUID clientKey, byte[] serverKey, byte[] secret) {
        if (serverKey.length != AuthOption.KEY.dataBytes() || secret.length != AuthSignature.SECRET_BYTES) {
            throw new IllegalArgumentException("a server key has " + AuthOption.KEY.dataBytes() + " bytes and a secret "
                    + AuthSignature.SECRET_BYTES);
        }
        this.clientKey = Guid.bytesOf(clientKey);
        this.serverKey = serverKey.clone();
        this.secret = secret.clone();
    }

    /** The signed AUTH_PARAMS to send. */
    byte[] request(LwioClientConfig config) {
        return new AuthParams(AuthParams.HOST_PAGE_BYTES, AuthParams.CLIENT_BASE_SEQUENCE,
                ChecksumPieces.maxBytes(config.maxReadBytes()), ChecksumPieces.maxBytes(config.maxWriteBytes()),
                StatusResponse.BYTES, config.credits(), serverKey, OptionalLong.empty()).encode(secret);
    }

    /**
     * What the server RDMA-wrote, proven to come from the holder of the secret that knows our key.
     *
     * @throws LwioException ACCESS_DENIED if it proves nothing: it may be an impostor
     */
    AuthParams verify(ByteBuffer written, int information) throws LwioException {
        ProtocolViolation.expect("STATUS_RESPONSE", "Information of AUTH", information, AuthParams.SERVER_INFORMATION);
        byte[] encoded = new byte[AuthParams.SERVER_BYTES];
        written.get(0, encoded);
        AuthParams server = AuthParams.decodeServer(encoded);
        if (!AuthParams.isSignedBy(secret, encoded) || !MessageDigest.isEqual(server.key(), clientKey)) {
            throw new LwioException(LwioStatus.ACCESS_DENIED, "the server could not prove itself: its answer to AUTH is"
                    + " not signed with the secret that came over the authenticated channel");
        }
        return server;
    }

    @Override
    public void close() {
        Arrays.fill(secret, (byte) 0);
    }
}
