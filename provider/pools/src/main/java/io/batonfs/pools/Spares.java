package io.batonfs.pools;

import io.batonfs.model.BatonException;
import io.batonfs.model.ErrorCode;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The spares of an open set, each with what is known against it. Each has its {@link SpareLabel}. Thread-safe; every
 * method takes this object's lock and calls nobody.
 */
final class Spares {
    private final Map<BlockDevice, String> reasons = new LinkedHashMap<>();

    Spares(List<BlockDevice> found) {
        found.forEach(this::add);
    }

    synchronized void add(BlockDevice spare) {
        reasons.put(spare, "");
    }

    /** It is a member of the set, or nothing of it. */
    synchronized void remove(BlockDevice spare) {
        reasons.remove(spare);
    }

    /** It can't be used. */
    synchronized void failed(BlockDevice spare, String reason) {
        reasons.replace(spare, reason);
    }

    /** The one of a name; NOT_FOUND if there is none. */
    synchronized BlockDevice get(String name) throws BatonException {
        return reasons.keySet().stream().filter(spare -> spare.name().equals(name)).findFirst()
                .orElseThrow(() -> new BatonException(ErrorCode.NOT_FOUND, name + " is none of the spares of the set: "
                        + report().stream().map(SpareDevice::name).toList()));
    }

    /** All, in the order in which they came. */
    synchronized List<SpareDevice> report() {
        List<SpareDevice> all = new ArrayList<>();
        reasons.forEach((spare, reason) -> all.add(new SpareDevice(spare.name(), spare.sizeBytes(), reason)));
        return all;
    }

    synchronized List<BlockDevice> devices() {
        return List.copyOf(reasons.keySet());
    }
}
