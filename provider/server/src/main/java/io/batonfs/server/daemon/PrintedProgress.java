package io.batonfs.server.daemon;

import io.batonfs.pools.profile.DeviceProfile;
import io.batonfs.pools.profile.ProbeKind;
import io.batonfs.pools.profile.ProfileProgress;
import io.batonfs.pools.profile.ProfileStore;
import java.io.IOException;
import java.io.PrintWriter;

/** Keeps a profile while it is measured, and prints how far it is. Used by one thread. */
final class PrintedProgress implements ProfileProgress {
    /** Lines for failures; a disk that is gone would fill a screen. */
    private static final int MOST_FAILURES = 8;

    private final String device;
    private final ProfileStore store;
    private final PrintWriter to;
    private int printedPercent = -1;
    private int failures;

    PrintedProgress(String device, ProfileStore store, PrintWriter to) {
        this.device = device;
        this.store = store;
        this.to = to;
    }

    @Override
    public void save(DeviceProfile profile) throws IOException {
        store.save(profile);
        int planned = profile.plannedSamples();
        int percent = (int) (100L * (planned - profile.missingSamples()) / planned);
        if (percent != printedPercent) {
            to.println(device + ": " + percent + " % measured");
            to.flush();
            printedPercent = percent;
        }
    }

    @Override
    public void failed(ProbeKind kind, long firstBlock, long endBlock, IOException reason) {
        if (++failures <= MOST_FAILURES) {
            to.println(device + ": a " + kind.label() + " failed in blocks " + firstBlock + " to "
                    + (endBlock - 1) + ": " + reason.getMessage()
                    + (failures == MOST_FAILURES ? "; further failures are not told" : ""));
            to.flush();
        }
    }
}
