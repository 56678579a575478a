package io.batonfs.fs.distcp;

import java.io.IOException;
import org.apache.commons.lang3.exception.ExceptionUtils;
import org.apache.hadoop.io.Text;
import org.apache.hadoop.tools.CopyListingFileStatus;
import org.apache.hadoop.tools.DistCpOptionSwitch;
import org.apache.hadoop.tools.mapred.CopyMapper;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The stock mapper, run over file systems that offload: temporary files, checks of length and checksum, retries,
 * renames, counters and preserved attributes are the stock code's.
 */
public class OffloadingCopyMapper extends CopyMapper {
    private static final Logger LOG = LoggerFactory.getLogger(OffloadingCopyMapper.class);

    private OffloadSession session;
    private Context offloading;
    private boolean chunked;

    @Override
    public void setup(Context context) throws IOException, InterruptedException {
        session = new OffloadSession(context);
        offloading = new ReconfiguredContext(context, new OffloadConfiguration(context.getConfiguration(), session))
                .asContext();
        chunked = context.getConfiguration().getInt(DistCpOptionSwitch.BLOCKS_PER_CHUNK.getConfigLabel(), 0) > 0;
        super.setup(offloading);
    }

    @Override
    public void map(Text relativePath, CopyListingFileStatus listed, Context context)
            throws IOException, InterruptedException {
        boolean chunk = chunked && listed.isSplit();
        if (!chunk) {
            // The listing gives a whole file its length as "chunk". Where that isn't its length any more, the stock code
            // would take it for one chunk of several, copy so many bytes to a name of its own, and call it done.
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
