package io.batonfs.fs.distcp;

import io.batonfs.fs.AdapterConfig;
import io.batonfs.fs.BatonFileStatus;
import io.batonfs.fs.BatonFileSystem;
import io.batonfs.fs.FileToken;
import io.batonfs.model.BatonException;
import io.batonfs.model.ErrorCode;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.util.Optional;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.fs.permission.FsPermission;
import org.apache.hadoop.mapreduce.MapContext;
import org.apache.hadoop.tools.CopyListingFileStatus;
import org.apache.hadoop.tools.DistCpConstants;
import org.apache.hadoop.tools.mapred.RetriableFileCopyCommand.CopyReadException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One map task's knowledge of the file that it is copying. The stock mapper asks for the source's status, then creates
 * the target, then opens the source; each of these comes by here if it is in Baton:
 *
 * <table>
 * <caption>States of a copy</caption>
 * <tr><th>from</th><th>event</th><th>to</th></tr>
 * <tr><td>any</td><td>next record ({@link #begin})</td><td>unknown source</td></tr>
 * <tr><td>unknown source</td><td>status of a file in Baton ({@link #sawStatus}), or creation of a target for a file
 *     elsewhere ({@link #beginTarget})</td><td>known source</td></tr>
 * <tr><td>known source, passed</td><td>target created or appended to, offload done ({@link #tryOffload})</td>
 *     <td>passed</td></tr>
 * <tr><td>known source, passed</td><td>target created or appended to, offload refused</td><td>known source</td></tr>
 * <tr><td>known source</td><td>found changed ({@link #checkSource}, or by the offload)</td><td>changed source</td></tr>
 * <tr><td>changed source</td><td>creation of a target, opening of the source</td><td>refused again</td></tr>
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
    private final boolean acceptAppended;
    private final TokensAhead ahead;
    private CopyListingFileStatus listed;
    private CopySource source;
    private SourceChangedException changed;
    private boolean passed;
    /** Passed, and the target is nothing but that: not a part that was joined to what was there. */
    private boolean oneContent;
    private final Promotion promotion = new Promotion();

    OffloadSession(MapContext<?, ?, ?, ?> task) {
        this.task = task;
        this.ahead = new TokensAhead(task.getConfiguration());
        this.acceptAppended = task.getConfiguration().getBoolean(
                AdapterConfig.DISTCP_ACCEPT_APPENDED, AdapterConfig.DISTCP_ACCEPT_APPENDED_DEFAULT);
    }

    /** Starts on the next record of the listing, or on one once more. */
    void begin(CopyListingFileStatus next) {
        listed = next;
        source = null;
        changed = null;
        passed(false);
        promotion.begin();
    }

    private void passed(boolean now) {
        passed = now;
        oneContent = false;
    }

    /** Tokens for the records to come. */
    TokensAhead ahead() {
        return ahead;
    }

    /** How the record's temporary file becomes its target. */
    Promotion promotion() {
        return promotion;
    }

    /** The configuration of the task, under which the real file systems are found. */
    Configuration taskConfiguration() {
        return task.getConfiguration();
    }

    /** Learns about the source when the stock mapper does. */
    void sawStatus(BatonFileSystem fs, Path path, FileStatus status) {
        if (source == null && isSource(path) && status.isFile() && status instanceof BatonFileStatus) {
            source = CopySource.of(fs, status, listed, acceptAppended);
        }
    }

    /**
     * A target in Baton is about to be written. Refuses it if the source was found changed; looks at a source that is
     * elsewhere, whose status has not come by.
     *
     * @return the source; empty if no record is being copied
     * @throws CopyReadException if the source has changed or can't be looked at
     */
    Optional<CopySource> beginTarget() throws CopyReadException {
        passed(false);
        refuseChanged();
        if (source == null && listed != null) {
            try {
                FileSystem fs = listed.getPath().getFileSystem(task.getConfiguration());
                source = CopySource.of(fs, fs.getFileStatus(listed.getPath()), listed, acceptAppended);
            } catch (IOException e) {
                throw new CopyReadException(e);
            }
        }
        if (source != null && listed.isSplit()) {
            try {
                source.checkListed(listed);
            } catch (SourceChangedException e) {
                throw refusal(e);
            }
        }
        return Optional.ofNullable(source);
    }

    /** Refuses to go on with a source that was found changed: the stock retries would only move its bytes again. */
    void refuseChanged() throws CopyReadException {
        if (changed != null) {
            throw new CopyReadException(changed);
        }
    }

    /**
     * Makes the target by token, if the source allows it.
     *
     * @return bytes that the target has; empty if it has to be streamed
     * @throws SourceChangedException in a CopyReadException, if the source is another file by now, or shorter
     */
    Optional<Long> tryOffload(
            BatonFileSystem targetFs, Path target, FsPermission permission, short replication, long blockSize)
            throws IOException {
        if (source == null) {
            return Optional.empty();
        }
        Optional<Long> offloaded = tryOffload(
                targetFs, target, permission, replication, blockSize, source.offset(), source.copiedBytes());
        oneContent = offloaded.isPresent();
        return offloaded;
    }

    /**
     * Makes, by token, a file of what the source has and a target that is appended to has not.
     *
     * @param targetBytes length of that target
     * @param part        where to make the file
     * @return bytes of the part; empty if it has to be streamed
     */
    Optional<Long> tryOffloadRest(BatonFileSystem targetFs, long targetBytes, Path part) throws IOException {
        return source == null ? Optional.empty() : tryOffload(
                targetFs, part, FsPermission.getFileDefault(), targetFs.getDefaultReplication(part),
                targetFs.getDefaultBlockSize(part), targetBytes, source.end() - targetBytes);
    }

    private Optional<Long> tryOffload(
            BatonFileSystem targetFs, Path target, FsPermission permission, short replication, long blockSize,
            long offset, long length) throws IOException {
        passed(false);
        if (!source.isInGroupOf(targetFs)) {
            return Optional.empty();
        }
        task.progress();
        try {
            BatonFileStatus copied = copy(targetFs, target, permission, replication, blockSize, offset, length);
            if (copied.getLen() != length) {
                targetFs.delete(target, false);
                throw refusal(new SourceChangedException(source.path(),
                        "was cut (" + copied.getLen() + " of " + length + " bytes were there)", null));
            }
            if (listed.isSplit()) {
                checkSource();
            }
        } catch (InterruptedIOException | CopyReadException e) {
            throw e;
        } catch (IOException e) {
            if (e.getCause() instanceof BatonException
                    && ((BatonException) e.getCause()).code() == ErrorCode.FILE_CHANGED) {
                throw refusal(changedSource(e));
            }
            return fallBack(targetFs, target, length, e.getMessage(), e);
        } catch (UnsupportedOperationException e) {
            return fallBack(targetFs, target, length, e.getMessage(), e);
        }
        task.progress();
        task.getCounter(OffloadCounter.OFFLOADED_COPIES).increment(1);
        task.getCounter(OffloadCounter.OFFLOADED_BYTES).increment(length);
        passed(true);
        return Optional.of(length);
    }

    /** By the token that was asked for ahead, if there is one; else, or if that is refused, by one of its own. */
    private BatonFileStatus copy(
            BatonFileSystem targetFs, Path target, FsPermission permission, short replication, long blockSize,
            long offset, long length) throws IOException {
        BatonFileStatus begun = (BatonFileStatus) source.begun();
        Optional<FileToken> token = offset == 0 && length == begun.getLen()
                ? ahead.take(source.path(), begun) : Optional.empty();
        if (token.isPresent()) {
            try {
                BatonFileStatus made =
                        targetFs.offloadTokens().use(token.get(), target, permission, replication, blockSize);
                ahead.worked();
                return made;
            } catch (InterruptedIOException e) {
                throw e;
            } catch (IOException e) {
                LOG.debug("The token of {} that was asked for ahead is refused", source.path(), e);
            }
        }
        return targetFs.copyByToken(source.path(), Optional.of(source.fileId()), offset, length, target, permission,
                replication, blockSize);
    }

    /** What happened to a source that the group won't copy any more, as far as a look at it tells. */
    private SourceChangedException changedSource(IOException refused) {
        try {
            source.check();
        } catch (SourceChangedException e) {
            e.addSuppressed(refused);
            return e;
        } catch (IOException e) {
            refused.addSuppressed(e);
        }
        return new SourceChangedException(source.path(), "was replaced or cut", refused);
    }

    /** The target is written by the stock loop after all. */
    void stream() {
        passed(false);
    }

    /**
     * When the last byte has been read or written: the source still is what it was.
     *
     * @throws CopyReadException with a {@link SourceChangedException} if not; the stock code then forgives it under -i
     */
    void checkSource() throws CopyReadException {
        try {
            source.check();
        } catch (SourceChangedException e) {
            throw refusal(e);
        } catch (IOException e) {
            throw new CopyReadException(e);
        }
    }

    /** Whether the file's bytes are in place, so that the stock loop has nothing to move. */
    boolean hasPassed() {
        return passed;
    }

    /** Whether a path is the source's and the target refers to the content that it had. */
    boolean isOneContent(Path path) {
        return oneContent && isSource(path);
    }

    /** Length of the source for a stream that stands for bytes that are in place; empty if it must be read. */
    Optional<Long> passedLength(Path path) {
        return passed && isSource(path) ? Optional.of(source.begun().getLen()) : Optional.empty();
    }

    /** The position after the last byte that is to be read from the source; empty for other files. */
    Optional<Long> sourceEnd(Path path) {
        return source != null && isSource(path) ? Optional.of(source.end()) : Optional.empty();
    }

    /** The buffer for copying the source, larger for large files in Baton. */
    int bufferBytes(int configured) {
        if (source == null || !(source.begun() instanceof BatonFileStatus)) {
            return configured;
        }
        long wanted = Math.min(MAX_BUFFER_BYTES, source.copiedBytes() / BUFFERS_PER_FILE);
        return (int) Math.max(configured, wanted);
    }

    /** A name for a part of a target, under which the stock committer sweeps what a killed task leaves. */
    Path temporaryPart() {
        return new Path(task.getConfiguration().get(DistCpConstants.CONF_LABEL_TARGET_WORK_PATH),
                ".distcp.tmp." + task.getTaskAttemptID() + ".appended");
    }

    private boolean isSource(Path path) {
        return listed != null && listed.getPath().equals(path);
    }

    private CopyReadException refusal(SourceChangedException why) {
        changed = why;
        return new CopyReadException(why);
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
}
