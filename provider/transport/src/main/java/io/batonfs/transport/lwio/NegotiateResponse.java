package io.batonfs.transport.lwio;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.UUID;

/**
 * LwioNegotiateResponse: what the server answers over the pipe (LW-1). Packed, little-endian. The structure is lost in
 * the seed; this follows its text.
 *
 * <pre>
 *  0                     12                               524
 * +---------------------+--------------------------------+--------------------+
 * | CONTROL_HEADER (12) | SrvName (UTF-16LE, 256)        | key (GUID order)   |
 * +---------------------+--------------------------------+--------------------+
 *  540                   542
 * +---------------------+---------------------+
 * | ProviderCount u16   | provider entries    |
 * +---------------------+---------------------+
 * </pre>
 *
 * @param serverName name of the server, for messages only
 * @param serverKey  what the client has to show in its AUTH
 * @param providers  what both have, with the server's instances; none is sure to connect: try one after the other
 */
public record NegotiateResponse(String serverName, UUID serverKey, List<ProviderEntry> providers) {
    static final int SERVER_NAME_OFFSET = ControlHeader.BYTES;
    static final int KEY_OFFSET = SERVER_NAME_OFFSET + NegotiateRequest.HOST_NAME_UNITS * 2;
    static final int PROVIDER_COUNT_OFFSET = KEY_OFFSET + Guid.BYTES;
    static final int PROVIDERS_OFFSET = PROVIDER_COUNT_OFFSET + 2;

    /** Copies the list. */
    public NegotiateResponse {
        providers = List.copyOf(providers);
    }

    /** The 16 bytes of the key as {@link LwioClient#connect} wants them. */
    public byte[] serverKeyBytes() {
        return Guid.bytesOf(serverKey);
    }

    int bytes() {
        return PROVIDERS_OFFSET + ProviderEntry.bytes(providers);
    }

    /** The wire form. */
    public byte[] encode() {
        byte[] packet = new byte[bytes()];
        ByteBuffer buffer = ByteBuffer.wrap(packet).order(ByteOrder.LITTLE_ENDIAN);
        ControlHeader.encode(buffer, packet.length);
        WideName.encode(buffer, SERVER_NAME_OFFSET, NegotiateRequest.HOST_NAME_UNITS, serverName);
        Guid.encode(buffer, KEY_OFFSET, serverKey);
        buffer.putShort(PROVIDER_COUNT_OFFSET, (short) providers.size());
        ProviderEntry.encodeList(buffer, PROVIDERS_OFFSET, providers);
        return packet;
    }

    /**
     * Reads the wire form.
     *
     * @throws LwioException INVALID_PARAMETER if it is none, REVISION_MISMATCH if it is one of another revision
     */
    public static NegotiateResponse decode(byte[] packet) throws LwioException {
        ByteBuffer buffer = ByteBuffer.wrap(packet).order(ByteOrder.LITTLE_ENDIAN);
        ControlHeader.check(buffer, PROVIDERS_OFFSET);
        return new NegotiateResponse(WideName.decode(buffer, SERVER_NAME_OFFSET, NegotiateRequest.HOST_NAME_UNITS,
                "negotiate response.SrvName"), Guid.decode(buffer, KEY_OFFSET),
                ProviderEntry.decodeList(buffer, PROVIDERS_OFFSET, buffer.getShort(PROVIDER_COUNT_OFFSET) & 0xFFFF));
    }

    /** Keeps the key out of logs. */
    @Override
    public String toString() {
        return "NegotiateResponse[" + serverName + ", " + providers + "]";
    }
}
