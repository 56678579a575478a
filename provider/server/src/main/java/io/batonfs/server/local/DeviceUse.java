package io.batonfs.server.local;

import io.batonfs.model.BatonException;
import io.batonfs.model.ErrorCode;
import io.batonfs.pools.BlockDevice;
import io.batonfs.pools.FileBlockDevice;
import io.batonfs.pools.profile.KernelUse;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;

/** Says what uses a device beside those who lock it, for people. */
@FunctionalInterface
interface DeviceUse {
    /** As this machine's kernel says. */
    DeviceUse OF_THIS_MACHINE = KernelUse.OF_THIS_MACHINE::of;

    /**
     * What uses it; empty if nothing does.
     *
     * @throws IOException if that can't be found out
     */
    Optional<String> of(Path path) throws IOException;

    /** By what a device is read, and made blank, that is open; closing that closes it. */
    default BlockDevice through(FileBlockDevice device) {
        return device;
    }

    /**
     * Opens a device that is to be made blank, if nothing uses it.
     *
     * @throws BatonException BUSY if it is in use, here, by another process or by the kernel
     */
    default FileBlockDevice openUnused(Path path) throws IOException {
        FileBlockDevice device = FileBlockDevice.open(path);
        try {
            Optional<String> user = of(path);
            if (user.isPresent()) {
                throw new BatonException(ErrorCode.BUSY, "device " + path + " is used by " + user.get()
                        + "; end that use first");
            }
            return device;
        } catch (IOException | RuntimeException e) {
            device.close();
            throw e;
        }
    }
}
