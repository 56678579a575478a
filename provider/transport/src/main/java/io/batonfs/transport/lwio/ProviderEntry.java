package io.batonfs.transport.lwio;

import static io.batonfs.transport.lwio.ProtocolViolation.invalid;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/**
 * One entry of a provider list: a kind of RDMA device and where its instances are (LW-1). Packed, little-endian.
 *
 * <pre>
 *  0                                  128                  130
 * +----------------------------------+--------------------+-----------------------+
 * | Name (UTF-16LE, 64 units)        | InstanceCount u16  | NET_ADDRESS table     |
 * +----------------------------------+--------------------+-----------------------+
 * </pre>
 *
 * @param name      {@link io.batonfs.transport.verbs.Nic#providerName}: the same at both ends for the same kind
 * @param instances devices
 */
public record ProviderEntry(String name, List<NetAddress> instances) {
    static final int NAME_UNITS = 64;
    static final int NAME_OFFSET = 0;
    static final int INSTANCE_COUNT_OFFSET = NAME_OFFSET + NAME_UNITS * 2;
    static final int TABLE_OFFSET = INSTANCE_COUNT_OFFSET + 2;

    /** Copies the list. */
    public ProviderEntry {
        instances = List.copyOf(instances);
        if (instances.size() > 0xFFFF) {
            throw new IllegalArgumentException("a provider has at most 65535 instances");
        }
    }

    int bytes() {
        return TABLE_OFFSET + instances.stream().mapToInt(NetAddress::bytes).sum();
    }

    static int bytes(List<ProviderEntry> list) {
        return list.stream().mapToInt(ProviderEntry::bytes).sum();
    }

    static void encodeList(ByteBuffer buffer, int at, List<ProviderEntry> list) {
        int next = at;
        for (ProviderEntry entry : list) {
            WideName.encode(buffer, next + NAME_OFFSET, NAME_UNITS, entry.name);
            buffer.putShort(next + INSTANCE_COUNT_OFFSET, (short) entry.instances.size());
            next += TABLE_OFFSET;
            for (NetAddress instance : entry.instances) {
                next = instance.encode(buffer, next);
            }
        }
    }

    /** Reads a list that ends where the packet does. */
    static List<ProviderEntry> decodeList(ByteBuffer buffer, int at, int count) throws LwioException {
        List<ProviderEntry> list = new ArrayList<>();
        int next = at;
        for (int i = 0; i < count; i++) {
            if (next + TABLE_OFFSET > buffer.capacity()) {
                throw invalid("the packet ends before provider " + (i + 1) + " of " + count);
            }
            String name = WideName.decode(buffer, next + NAME_OFFSET, NAME_UNITS, "provider entry.Name");
            int instances = buffer.getShort(next + INSTANCE_COUNT_OFFSET) & 0xFFFF;
            next += TABLE_OFFSET;
            List<NetAddress> table = new ArrayList<>();
            for (int j = 0; j < instances; j++) {
                NetAddress address = NetAddress.decode(buffer, next);
                table.add(address);
                next += address.bytes();
            }
            list.add(new ProviderEntry(name, table));
        }
        ProtocolViolation.expect("negotiation", "end of the provider list", next, buffer.capacity());
        return list;
    }
}
