package io.batonfs.server.storage;

import io.batonfs.model.ServerId;
import io.batonfs.pools.PoolDevices;
import java.util.ArrayList;
import java.util.List;

/** What an operator is to do about devices that are out of a pool or missing. Stateless. */
public final class DeviceAdvice {

    private DeviceAdvice() {
    }

    /**
     * What to do about a device, as the second half of a sentence.
     *
     * @param place   its place among those of the server ({@link io.batonfs.server.PoolName}), from 1
     * @param spared  whether every pool of its set can do without the devices that are missing or out; if one can't, no
     *                device is taken in while it is open, unless what only the former one has is given up
     * @return empty if there is nothing to do
     */
    public static String about(ServerId server, int place, PoolDevices.State state, boolean spared) {
        String where = " " + server.value() + " " + place;
        if (state == PoolDevices.State.MISSING && !spared) {
            return "bring it back and restart the server, since a pool can't do without; if it is gone for good, \"baton devices "
                    + "replace" + where + " PATH --accept-loss\" gives up what only it has";
        }
        return switch (state) {
            case IN, REBUILDING -> "";
            case OUT -> "if it is well, take it back with \"baton devices rejoin" + where
                    + "\", else put a blank one in its place with \"baton devices replace" + where + " PATH\"";
            case MISSING -> "put a blank one in its place with \"baton devices replace" + where
                    + " PATH\", or take it back with \"baton devices rejoin" + where + "\" when it is there again";
        };
    }

    /**
     * A sentence for each device of a set that something is to be done about, whichever pools it concerns.
     *
     * @param placesBefore what the set's places are counted from
     */
    static List<String> sentences(ServerId server, List<PoolDevices> pools, int placesBefore) {
        List<String> sentences = new ArrayList<>();
        int places = pools.isEmpty() ? 0 : pools.get(0).devices().size();
        boolean spared = pools.stream().allMatch(pool -> pool.spares() >= 0);
        for (int place = 1; place <= places; place++) {
            for (PoolDevices pool : pools) {
                PoolDevices.Device device = pool.devices().get(place - 1);
                String advice = about(server, placesBefore + place, device.state(), spared);
                if (!advice.isEmpty()) {
                    sentences.add(server + ": " + device.name() + " is "
                            + (device.state() == PoolDevices.State.OUT ? "out" : "missing") + ": " + advice);
                    break;
                }
            }
        }
        return sentences;
    }
}
