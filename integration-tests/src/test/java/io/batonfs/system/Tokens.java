package io.batonfs.system;

import io.batonfs.client.BatonClient;
import io.batonfs.client.BatonOutput;
import io.batonfs.protocol.CreateOptions;
import io.batonfs.protocol.OffloadRead;
import io.batonfs.protocol.OffloadReadResult;
import io.batonfs.protocol.OffloadWrite;
import io.batonfs.protocol.OffloadWriteResult;
import io.batonfs.protocol.TokenLimits;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** Making and using tokens through a client, for tests that misuse them. */
final class Tokens {
    /** Where the key lies in a token: specs TOK-6, R_i at the start of the parts. */
    private static final int KEY_OFFSET = 296;
    private static final int KEY_BYTES = 32;
    private static final TokenLimits LONG = new TokenLimits(600_000, 600_000);
    private static final CreateOptions OPTIONS = new CreateOptions(false, true, 0644, 1 << 27, 1);

    private Tokens() {
    }

    /** The key inside a token. */
    static byte[] keyOf(byte[] token) {
        return Arrays.copyOfRange(token, KEY_OFFSET, KEY_OFFSET + KEY_BYTES);
    }

    /** A token of a whole file or tree. */
    static byte[] make(BatonClient client, String path) throws IOException {
        return make(client, path, LONG);
    }

    /** A token with limits of its own. */
    static byte[] make(BatonClient client, String path, TokenLimits limits) throws IOException {
        OffloadReadResult result = client.offloadRead(
                List.of(new OffloadRead(path, Optional.empty(), 0, -1)), limits).get(0);
        if (result instanceof OffloadReadResult.Granted granted) {
            return granted.token();
        }
        throw new IOException("no token of " + path + ": " + result);
    }

    /** A use of a token that makes a new file. */
    static OffloadWrite write(byte[] token, String path) {
        return new OffloadWrite(token, 0, -1, path, OPTIONS);
    }

    /** Uses a token. */
    static OffloadWriteResult use(BatonClient client, byte[] token, String path) throws IOException {
        return client.offloadWrite(List.of(write(token, path))).get(0);
    }

    /** Makes a file. */
    static void putFile(BatonClient client, String path, byte[] bytes) throws IOException {
        try (BatonOutput out = client.create(path, OPTIONS)) {
            out.write(bytes, 0, bytes.length);
        }
    }

    /** Reads a whole file. */
    static byte[] readFile(BatonClient client, String path) throws IOException {
        try (var in = client.open(path)) {
            ByteBuffer buffer = ByteBuffer.allocate(Math.toIntExact(in.lengthBytes()));
            while (buffer.hasRemaining() && in.read(buffer.position(), buffer) > 0) {
                // reads on until the end
            }
            return Arrays.copyOf(buffer.array(), buffer.position());
        }
    }
}
