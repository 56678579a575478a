package io.batonfs.client;

import io.batonfs.model.BatonException;
import io.batonfs.model.ErrorCode;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.UUID;

/**
 * The negotiation that a client carries through the pipe before it connects (LW-1), little-endian:
 *
 * <pre>
 * control header   0 'LWIO' | 4 RevId u32 | 8 Opcode u16 = 0xFE | 10 Length u16
 * request         12 ClientName (UTF-16LE, 256 units, zero-padded) | 524 key (GUID order)
 *                540 ResponseLength u16 | 542 ProviderCount u16 | 544 provider list
 * response        12 SrvName | 524 key | 540 ProviderCount u16 | 542 provider list
 * </pre>
 */
final class PipeNegotiation {
    private static final byte[] MAGIC = {'L', 'W', 'I', 'O'};
    private static final int REVISION = 0x1001;
    private static final int OPCODE = 0xFE;
    private static final int NAME_OFFSET = 12;
    private static final int NAME_BYTES = 512;
    private static final int KEY_OFFSET = NAME_OFFSET + NAME_BYTES;
    private static final int KEY_BYTES = 16;
    private static final int RESPONSE_LENGTH_OFFSET = KEY_OFFSET + KEY_BYTES;
    private static final int REQUEST_BYTES = RESPONSE_LENGTH_OFFSET + 4;
    private static final int RESPONSE_BYTES_LEAST = KEY_OFFSET + KEY_BYTES + 2;
    private static final int RESPONSE_BYTES_MOST = 0xFFFF;

    private PipeNegotiation() {
    }

    /** The bytes of a request that offers no wires of its own: those come with the connection to the group. */
    static byte[] request(String clientName, UUID clientKey) {
        ByteBuffer bytes = ByteBuffer.allocate(REQUEST_BYTES).order(ByteOrder.LITTLE_ENDIAN);
        bytes.put(MAGIC).putInt(REVISION).putShort((short) OPCODE).putShort((short) REQUEST_BYTES);
        byte[] name = clientName.getBytes(StandardCharsets.UTF_16LE);
        bytes.put(name, 0, Math.min(name.length, NAME_BYTES - 2));
        bytes.position(KEY_OFFSET);
        long high = clientKey.getMostSignificantBits();
        bytes.putInt((int) (high >>> 32)).putShort((short) (high >>> 16)).putShort((short) high);
        bytes.order(ByteOrder.BIG_ENDIAN).putLong(clientKey.getLeastSignificantBits());
        bytes.order(ByteOrder.LITTLE_ENDIAN).putShort((short) RESPONSE_BYTES_MOST).putShort((short) 0);
        return bytes.array();
    }

    /**
     * The server's key in a response.
     *
     * @throws BatonException UNSUPPORTED if it is not a response of this revision
     */
    static byte[] serverKey(byte[] response) throws BatonException {
        ByteBuffer bytes = ByteBuffer.wrap(response).order(ByteOrder.LITTLE_ENDIAN);
        if (response.length < RESPONSE_BYTES_LEAST || !Arrays.equals(MAGIC, Arrays.copyOf(response, MAGIC.length))) {
            throw new BatonException(ErrorCode.UNSUPPORTED, "the server's answer to the negotiation ("
                    + response.length + " bytes) is not LWIO; is another service at this address?");
        }
        if (bytes.getInt(MAGIC.length) != REVISION) {
            throw new BatonException(ErrorCode.UNSUPPORTED, "the server speaks LWIO revision 0x"
                    + Integer.toHexString(bytes.getInt(MAGIC.length)) + ", this client 0x"
                    + Integer.toHexString(REVISION) + "; bring the older one up to date");
        }
        return Arrays.copyOfRange(response, KEY_OFFSET, KEY_OFFSET + KEY_BYTES);
    }
}
