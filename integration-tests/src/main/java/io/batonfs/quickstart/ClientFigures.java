package io.batonfs.quickstart;

import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.StorageStatistics;

/**
 * What passed through the Baton clients of this JVM so far, as the file system publishes it in Hadoop's global storage
 * statistics.
 *
 * @param clientBytes     file bytes through the client's streams
 * @param lwioBytes       file bytes through its LWIO endpoint
 * @param offloadedCopies copies done by token
 * @param offloadedBytes  bytes of the files so copied
 * @param fallbacks       offloads that failed and were done by ordinary copying
 */
public record ClientFigures(
        long clientBytes, long lwioBytes, long offloadedCopies, long offloadedBytes, long fallbacks) {
    private static final String STATISTICS_NAME = "BatonFileSystem";

    /** The figures at this moment; zeros before the first use of baton://. */
    public static ClientFigures now() {
        StorageStatistics statistics = FileSystem.getGlobalStorageStatistics().get(STATISTICS_NAME);
        if (statistics == null) {
            return new ClientFigures(0, 0, 0, 0, 0);
        }
        return new ClientFigures(
                figure(statistics, "clientBytes"), figure(statistics, "lwioBytes"),
                figure(statistics, "offloadedCopies"), figure(statistics, "offloadedBytes"),
                figure(statistics, "fallbacks"));
    }

    /** What was added since an earlier moment. */
    public ClientFigures since(ClientFigures earlier) {
        return new ClientFigures(
                clientBytes - earlier.clientBytes, lwioBytes - earlier.lwioBytes,
                offloadedCopies - earlier.offloadedCopies, offloadedBytes - earlier.offloadedBytes,
                fallbacks - earlier.fallbacks);
    }

    /** A figure that is missing would make every proof of this quickstart empty: it is an error, never 0. */
    private static long figure(StorageStatistics statistics, String key) {
        Long value = statistics.getLong(key);
        if (value == null) {
            throw new IllegalStateException(
                    "the storage statistics " + STATISTICS_NAME + " have no figure " + key
                    + ": the quickstart and the file system don't belong together");
        }
        return value;
    }
}
