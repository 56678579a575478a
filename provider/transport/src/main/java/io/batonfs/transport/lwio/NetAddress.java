package io.batonfs.transport.lwio;

import static io.batonfs.transport.lwio.ProtocolViolation.invalid;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/**
 * LWIO_NET_ADDRESS: how to reach one device of a provider (LW-1). What the bytes mean is the wire's affair; ours hold
 * UTF-8, a wire's address cut at its last colon. Packed, little-endian.
 *
 * <pre>
 *  0                    2                        4
 * +--------------------+------------------------+--------------+----------------+
 * | HostAddressLen u16 | DiscriminatorLen u16   | host address | discriminator  |
 * +--------------------+------------------------+--------------+----------------+
 * </pre>
 *
 * @param hostAddress   which host, at most 65535 bytes in UTF-8
 * @param discriminator which end point on it, at most 65535 bytes in UTF-8; empty if the host says it all
 */
public record NetAddress(String hostAddress, String discriminator) {
    static final int HOST_ADDRESS_LEN_OFFSET = 0;
    static final int DISCRIMINATOR_LEN_OFFSET = HOST_ADDRESS_LEN_OFFSET + 2;
    static final int BYTES_OFFSET = DISCRIMINATOR_LEN_OFFSET + 2;
    private static final int MAX_LENGTH = 0xFFFF;

    /** Checks the lengths. */
    public NetAddress {
        if (utf8(hostAddress).length > MAX_LENGTH || utf8(discriminator).length > MAX_LENGTH) {
            throw new IllegalArgumentException("a host address or discriminator is longer than " + MAX_LENGTH + " bytes");
        }
    }

    /** Of an address in a wire's terms. */
    static NetAddress of(String address) {
        int colon = address.lastIndexOf(':');
        return colon < 0 ? new NetAddress(address, "")
                : new NetAddress(address.substring(0, colon), address.substring(colon + 1));
    }

    /** The address in the wire's terms. */
    String address() {
        return discriminator.isEmpty() ? hostAddress : hostAddress + ":" + discriminator;
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    int bytes() {
        return BYTES_OFFSET + utf8(hostAddress).length + utf8(discriminator).length;
    }

    /** Returns where the next one begins. */
    int encode(ByteBuffer buffer, int at) {
        byte[] host = utf8(hostAddress);
        byte[] rest = utf8(discriminator);
        buffer.putShort(at + HOST_ADDRESS_LEN_OFFSET, (short) host.length);
        buffer.putShort(at + DISCRIMINATOR_LEN_OFFSET, (short) rest.length);
        buffer.put(at + BYTES_OFFSET, host, 0, host.length);
        buffer.put(at + BYTES_OFFSET + host.length, rest, 0, rest.length);
        return at + bytes();
    }

    static NetAddress decode(ByteBuffer buffer, int at) throws LwioException {
        if (at + BYTES_OFFSET > buffer.capacity()) {
            throw invalid("the packet ends before NET_ADDRESS");
        }
        int host = buffer.getShort(at + HOST_ADDRESS_LEN_OFFSET) & MAX_LENGTH;
        int rest = buffer.getShort(at + DISCRIMINATOR_LEN_OFFSET) & MAX_LENGTH;
        if (at + BYTES_OFFSET + host + rest > buffer.capacity()) {
            throw invalid("NET_ADDRESS of " + host + " and " + rest + " bytes reaches past the packet");
        }
        return new NetAddress(Utf8.decode(buffer, at + BYTES_OFFSET, host, "NET_ADDRESS.HostAddress"),
                Utf8.decode(buffer, at + BYTES_OFFSET + host, rest, "NET_ADDRESS.Discriminator"));
    }
}
