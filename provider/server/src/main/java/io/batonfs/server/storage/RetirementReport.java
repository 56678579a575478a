package io.batonfs.server.storage;

import io.batonfs.model.ServerId;
import java.util.List;
import java.util.Optional;

/**
 * A set of devices that is being given back, at one moment.
 *
 * @param server         the storage server
 * @param set            its number there
 * @param pools          its pools
 * @param bytesLeft      bytes of its pools that are in use
 * @param bytesMoved     what was carried away since the server's start
 * @param bytesPerSecond what is carried in a second at most
 * @param waiting        why what is left, or some of it, can't be carried for now; empty if it can
 */
public record RetirementReport(ServerId server, int set, List<String> pools, long bytesLeft, long bytesMoved,
        long bytesPerSecond, Optional<String> waiting) {

    /** Copies the list. */
    public RetirementReport {
        pools = List.copyOf(pools);
    }

    /** As health tells it. */
    public String sentence() {
        return server + ": set " + set + " of its devices is being given back; " + bytesLeft + " bytes are still in its pools "
                + pools + waiting.map(why -> ", and some of them wait: " + why).orElse("")
                + "; \"baton devices retire-set " + server.value() + " " + set + " --cancel\" calls it off";
    }
}
