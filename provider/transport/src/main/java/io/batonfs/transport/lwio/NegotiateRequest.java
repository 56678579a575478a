package io.batonfs.transport.lwio;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.UUID;

/**
 * LwioNegotiateRequest: what a client sends over the pipe (LW-1). Packed, little-endian.
 *
 * <pre>
 *  0                     12                               524
 * +---------------------+--------------------------------+--------------------+
 * | CONTROL_HEADER (12) | ClientName (UTF-16LE, 256)     | key (GUID order)   |
 * +---------------------+--------------------------------+--------------------+
 *  540                   542                    544
 * +---------------------+----------------------+---------------------+
 * | ResponseLength u16  | ProviderCount u16    | provider entries    |
 * +---------------------+----------------------+---------------------+
 * </pre>
 *
 * @param clientName     tells the server who it is, for messages only
 * @param clientKey      what the server has to show in its AUTH answer; fresh for each negotiation
 * @param responseLength the most bytes of a response, 0..65535
 * @param providers      what the client can connect by, the best first
 */
public record NegotiateRequest(
        String clientName, UUID clientKey, int responseLength, List<ProviderEntry> providers) {
    static final int CLIENT_NAME_OFFSET = ControlHeader.BYTES;
    static final int HOST_NAME_UNITS = 256;
    static final int KEY_OFFSET = CLIENT_NAME_OFFSET + HOST_NAME_UNITS * 2;
    static final int RESPONSE_LENGTH_OFFSET = KEY_OFFSET + Guid.BYTES;
    static final int PROVIDER_COUNT_OFFSET = RESPONSE_LENGTH_OFFSET + 2;
    static final int PROVIDERS_OFFSET = PROVIDER_COUNT_OFFSET + 2;

    /** Copies the list. */
    public NegotiateRequest {
        providers = List.copyOf(providers);
        if (responseLength < 0 || responseLength > 0xFFFF) {
            throw new IllegalArgumentException("response length " + responseLength + " is not in 0..65535");
        }
    }

    /** The wire form. */
    public byte[] encode() {
        byte[] packet = new byte[PROVIDERS_OFFSET + ProviderEntry.bytes(providers)];
        ByteBuffer buffer = ByteBuffer.wrap(packet).order(ByteOrder.LITTLE_ENDIAN);
        ControlHeader.encode(buffer, packet.length);
        WideName.encode(buffer, CLIENT_NAME_OFFSET, HOST_NAME_UNITS, clientName);
        Guid.encode(buffer, KEY_OFFSET, clientKey);
        buffer.putShort(RESPONSE_LENGTH_OFFSET, (short) responseLength);
        buffer.putShort(PROVIDER_COUNT_OFFSET, (short) providers.size());
        ProviderEntry.encodeList(buffer, PROVIDERS_OFFSET, providers);
        return packet;
    }

    /**
     * Reads the wire form.
     *
     * @throws LwioException INVALID_PARAMETER if it is none, REVISION_MISMATCH if it is one of another revision
     */
    public static NegotiateRequest decode(byte[] packet) throws LwioException {
        ByteBuffer buffer = ByteBuffer.wrap(packet).order(ByteOrder.LITTLE_ENDIAN);
        ControlHeader.check(buffer, PROVIDERS_OFFSET);
        return new NegotiateRequest(
                WideName.decode(buffer, CLIENT_NAME_OFFSET, HOST_NAME_UNITS, "negotiate request.ClientName"),
                Guid.decode(buffer, KEY_OFFSET), buffer.getShort(RESPONSE_LENGTH_OFFSET) & 0xFFFF,
                ProviderEntry.decodeList(buffer, PROVIDERS_OFFSET, buffer.getShort(PROVIDER_COUNT_OFFSET) & 0xFFFF));
    }

    /** Keeps the key out of logs. */
    @Override
    public String toString() {
        return "NegotiateRequest[" + clientName + ", " + providers + "]";
    }
}
