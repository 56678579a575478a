package io.batonfs.protocol.rpc;

import io.batonfs.model.ServerId;
import io.batonfs.protocol.StorageService;
import java.io.IOException;

/** Finds the storage servers of a process. Thread-safe. */
public interface StorageFinder {

    /**
     * One of them.
     *
     * @throws io.batonfs.model.BatonException NOT_FOUND if the process has no such server
     */
    StorageService storage(ServerId server) throws IOException;
}
