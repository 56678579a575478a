package io.batonfs.server.rpc;

import io.batonfs.protocol.OffloadReadResult;
import io.batonfs.protocol.OffloadWrite;
import io.batonfs.protocol.StorageService.Negotiated;
import java.util.Arrays;
import java.util.Collection;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Values in a form that is equal when they are: arrays, and records with arrays in them, are not by themselves. */
final class Plain {

    private Plain() {
    }

    static Object of(Object value) {
        if (value instanceof byte[] bytes) {
            return HexFormat.of().formatHex(bytes);
        }
        if (value instanceof OffloadWrite write) {
            return all(write.token(), write.tokenOffset(), write.length(), write.path(), write.options());
        }
        if (value instanceof OffloadReadResult.Granted granted) {
            return all(granted.token(), granted.representedBytes(), granted.file());
        }
        if (value instanceof Negotiated negotiated) {
            return all(negotiated.response(), negotiated.authSecret());
        }
        if (value instanceof Collection<?> many) {
            return many.stream().map(Plain::of).toList();
        }
        if (value instanceof Map<?, ?> map) {
            Map<Object, Object> plain = new LinkedHashMap<>();
            map.forEach((name, inner) -> plain.put(name, of(inner)));
            return plain;
        }
        return value;
    }

    private static List<Object> all(Object... values) {
        return Arrays.stream(values).map(Plain::of).toList();
    }
}
