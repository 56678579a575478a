package io.batonfs.fs.distcp;

import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import org.apache.commons.lang3.exception.ExceptionUtils;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.io.Text;
import org.apache.hadoop.io.WritableUtils;
import org.apache.hadoop.tools.CopyListingFileStatus;
import org.apache.hadoop.tools.DistCpOptionSwitch;
import org.apache.hadoop.tools.mapred.CopyMapper;
import org.apache.hadoop.tools.mapred.UniformSizeInputFormat;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The stock mapper, run over file systems that offload: temporary files, checks of length and checksum, retries,
 * renames, counters and preserved attributes are the stock code's.
 */
public class OffloadingCopyMapper extends CopyMapper {
    private static final Logger LOG = LoggerFactory.getLogger(OffloadingCopyMapper.class);

    /** Records in memory at a time, whatever they are: directories are read ahead with the files. */
    private static final int MOST_RECORDS = 1000;

    private OffloadSession session;
    private Context offloading;
    private boolean chunked;
    private boolean readsAhead;

    /**
     * The stock loop, some records ahead where that lets their tokens be asked for at once.
     */
    @Override
    public void run(Context context) throws IOException, InterruptedException {
        setup(context);
        try {
            Deque<Listed> ahead = new ArrayDeque<>();
            boolean more = true;
            while (more || !ahead.isEmpty()) {
                if (ahead.isEmpty()) {
                    more = readAhead(context, ahead);
                }
                Listed next = ahead.pollFirst();
                if (next != null) {
                    map(next.relativePath(), next.status(), context);
                }
            }
        } finally {
            cleanup(context);
        }
    }

    /** A record of the listing, apart from the reader's own objects. */
    private record Listed(Text relativePath, CopyListingFileStatus status) {
    }

    /** Reads the next records; false if there are no more. */
    private boolean readAhead(Context context, Deque<Listed> records) throws IOException, InterruptedException {
        int files = readsAhead ? session.ahead().batchFiles() : 0;
        if (files == 0) {
            boolean more = context.nextKeyValue();
            if (more) {
                records.add(new Listed(context.getCurrentKey(), context.getCurrentValue()));
            }
            return more;
        }
        List<Path> paths = new ArrayList<>();
        while (paths.size() < files && records.size() < MOST_RECORDS) {
            if (!context.nextKeyValue()) {
                session.ahead().ask(paths);
                return false;
            }
            CopyListingFileStatus status = WritableUtils.clone(context.getCurrentValue(), context.getConfiguration());
            records.add(new Listed(new Text(context.getCurrentKey()), status));
            if (!status.isDirectory()) {
                paths.add(status.getPath());
            }
        }
        session.ahead().ask(paths);
        return true;
    }

    /**
     * Not with the dynamic strategy, whose reader deletes a chunk of the listing when its last record has been taken;
     * where most files may be in place; and where not whole files are copied.
     */
    private boolean mayReadAhead(Context context) throws IOException {
        Configuration conf = context.getConfiguration();
        try {
            if (!UniformSizeInputFormat.class.isAssignableFrom(context.getInputFormatClass())) {
                return false;
            }
        } catch (ClassNotFoundException e) {
            throw new IOException("the job's input format, which has made this split, is not found", e);
        }
        return !chunked
                && !conf.getBoolean(DistCpOptionSwitch.SYNC_FOLDERS.getConfigLabel(), false)
                && !conf.getBoolean(DistCpOptionSwitch.APPEND.getConfigLabel(), false);
    }

    @Override
    public void setup(Context context) throws IOException, InterruptedException {
        session = new OffloadSession(context);
        offloading = new ReconfiguredContext(context, new OffloadConfiguration(context.getConfiguration(), session))
                .asContext();
        chunked = context.getConfiguration().getInt(DistCpOptionSwitch.BLOCKS_PER_CHUNK.getConfigLabel(), 0) > 0;
        readsAhead = mayReadAhead(context);
        super.setup(offloading);
    }

    @Override
    public void map(Text relativePath, CopyListingFileStatus listed, Context context)
            throws IOException, InterruptedException {
        boolean chunk = chunked && listed.isSplit();
        if (!chunk) {
            // The listing gives a whole file its length as "chunk". Where that isn't its length any more, the stock
            // code would take it for one chunk of several, copy so many bytes to a name of its own, and call it done.
            listed.setChunkLength(Long.MAX_VALUE);
        }
        session.begin(listed);
        try {
            super.map(relativePath, listed, offloading);
        } catch (IOException e) {
            if (chunk || ExceptionUtils.indexOfType(e, SourceChangedException.class) < 0) {
                throw e;
            }
            // The stock code has asked for the source's status before it was changed; once more, from the new one.
            LOG.warn("Copying once more, as it is now: {}", listed.getPath());
            session.begin(listed);
            super.map(relativePath, listed, offloading);
        }
    }

    @Override
    protected void cleanup(Context context) throws IOException, InterruptedException {
        super.cleanup(offloading);
    }
}
