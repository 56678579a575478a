package io.batonfs.fs.distcp;

import io.batonfs.fs.BatonFileStatus;
import io.batonfs.fs.BatonFileSystem;
import io.batonfs.model.BatonException;
import io.batonfs.model.ErrorCode;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.util.Optional;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.fs.permission.FsPermission;
import org.apache.hadoop.mapreduce.MapContext;
import org.apache.hadoop.tools.CopyListingFileStatus;
import org.apache.hadoop.tools.mapred.RetriableFileCopyCommand.CopyReadException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One map task's knowledge of the file that it is copying. The stock mapper asks for the source's status, then creates
 * the target, then opens the source; each of these comes by here:
 *
 * <table>
 * <caption>States of a copy</caption>
 * <tr><th>from</th><th>event</th><th>to</th></tr>
 * <tr><td>any</td><td>next record ({@link #begin})</td><td>unknown source</td></tr>
 * <tr><td>unknown source</td><td>status of a file in Baton ({@link #sawStatus})</td><td>known source</td></tr>
 * <tr><td>known source, passed</td><td>target created, offload done ({@link #tryOffload})</td><td>passed</td></tr>
 * <tr><td>known source, passed</td><td>target created, offload refused; or append ({@link #stream})</td>
 *     <td>known source</td></tr>
 * </table>
 * The source's stream is real unless the state is passed. The status that counts is the first of a record: what the
 * stock code compares with in the end. One thread.
 */
final class OffloadSession {
    private static final Logger LOG = LoggerFactory.getLogger(OffloadSession.class);

    /** The stock loop formats a status line for each buffer: 64 of them a file are enough. */
    private static final int BUFFERS_PER_FILE = 64;

    private static final int MAX_BUFFER_BYTES = 4 * 1024 * 1024;

    private final MapContext<?, ?, ?, ?> task;
    private CopyListingFileStatus listed;
    private Source source;
    private boolean passed;

    OffloadSession(MapContext<?, ?, ?, ?> task) {
        this.task = task;
    }

    /** Starts on the next record of the listing. */
    void begin(CopyListingFileStatus next) {
        listed = next;
        source = null;
        passed = false;
    }

    /** The configuration of the task, under which the real file systems are found. */
    Configuration taskConfiguration() {
        return task.getConfiguration();
    }

    /** Learns about the source when the stock mapper does. */
    void sawStatus(BatonFileSystem fs, Path path, FileStatus status) {
        if (source == null && isSource(path) && status.isFile() && status instanceof BatonFileStatus) {
            source = new Source(fs, path, (BatonFileStatus) status, listed.getChunkOffset(), listed.getChunkLength());
        }
    }

    /**
     * Makes the target by token, if the source allows it.
     *
     * @return bytes that the target has; empty if it has to be streamed
     * @throws SourceChangedException in a CopyReadException, if the source is another file by now
     */
    Optional<Long> tryOffload(
            BatonFileSystem targetFs, Path target, FsPermission permission, short replication, long blockSize)
            throws IOException {
        passed = false;
        if (source == null || !source.fs().isOfSameGroup(targetFs)) {
            return Optional.empty();
        }
        task.progress();
        long length = source.copiedBytes();
        try {
            BatonFileStatus copied = targetFs.copyByToken(source.path(), Optional.of(source.status().fileId()),
                    source.offset(), length, target, permission, replication, blockSize);
            if (copied.getLen() != length) {
                return fallBack(targetFs, target, length, "only " + copied.getLen() + " bytes were there", null);
            }
        } catch (InterruptedIOException e) {
            throw e;
        } catch (IOException e) {
            if (e.getCause() instanceof BatonException
                    && ((BatonException) e.getCause()).code() == ErrorCode.FILE_CHANGED) {
                throw new CopyReadException(new SourceChangedException(source.path(), e));
            }
            return fallBack(targetFs, target, length, e.getMessage(), e);
        } catch (UnsupportedOperationException e) {
            return fallBack(targetFs, target, length, e.getMessage(), e);
        }
        task.progress();
        task.getCounter(OffloadCounter.OFFLOADED_COPIES).increment(1);
        task.getCounter(OffloadCounter.OFFLOADED_BYTES).increment(length);
        passed = true;
        return Optional.of(length);
    }

    /** The target is written by the stock loop after all. */
    void stream() {
        passed = false;
    }

    /** Whether the file's bytes are in place, so that the stock loop has nothing to move. */
    boolean hasPassed() {
        return passed;
    }

    /** Length of the source for a stream that stands for bytes that are in place; empty if it must be read. */
    Optional<Long> passedLength(Path path) {
        return passed && isSource(path) ? Optional.of(source.status().getLen()) : Optional.empty();
    }

    /** The buffer for copying the source, larger for large files in Baton. */
    int bufferBytes(int configured) {
        if (source == null) {
            return configured;
        }
        long wanted = Math.min(MAX_BUFFER_BYTES, source.copiedBytes() / BUFFERS_PER_FILE);
        return (int) Math.max(configured, wanted);
    }

    private boolean isSource(Path path) {
        return listed != null && listed.getPath().equals(path);
    }

    private Optional<Long> fallBack(
            BatonFileSystem fs, Path target, long length, String reason, Throwable cause) throws IOException {
        LOG.warn("Copying {} to {} by token was refused, streaming {} bytes instead: {}", source.path(), target, length,
                reason, cause);
        fs.countFallback();
        task.getCounter(OffloadCounter.FALLBACKS).increment(1);
        task.getCounter(OffloadCounter.FALLBACK_BYTES).increment(length);
        return Optional.empty();
    }

    /**
     * The file being copied.
     *
     * @param offset      first byte to copy
     * @param chunkLength bytes to copy at most; 0 or less for all
     */
    private record Source(BatonFileSystem fs, Path path, BatonFileStatus status, long offset, long chunkLength) {

        /** What the stock loop would copy. */
        long copiedBytes() {
            long rest = Math.max(0, status.getLen() - offset);
            return chunkLength > 0 ? Math.min(rest, chunkLength) : rest;
        }
    }
}
