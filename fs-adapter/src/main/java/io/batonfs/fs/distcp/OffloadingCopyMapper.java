package io.batonfs.fs.distcp;

import java.io.IOException;
import org.apache.commons.lang3.exception.ExceptionUtils;
import org.apache.hadoop.io.Text;
import org.apache.hadoop.tools.CopyListingFileStatus;
import org.apache.hadoop.tools.mapred.CopyMapper;

/**
 * The stock mapper, run over file systems that offload: temporary files, checks of length and checksum, retries,
 * renames, counters and preserved attributes are the stock code's.
 */
public class OffloadingCopyMapper extends CopyMapper {
    private OffloadSession session;
    private Context offloading;

    @Override
    public void setup(Context context) throws IOException, InterruptedException {
        session = new OffloadSession(context);
        offloading = new ReconfiguredContext(context, new OffloadConfiguration(context.getConfiguration(), session))
                .asContext();
        super.setup(offloading);
    }

    @Override
    public void map(Text relativePath, CopyListingFileStatus listed, Context context)
            throws IOException, InterruptedException {
        session.begin(listed);
        try {
            super.map(relativePath, listed, offloading);
        } catch (IOException e) {
            if (ExceptionUtils.indexOfType(e, SourceChangedException.class) < 0) {
                throw e;
            }
            // The stock code has asked for the source's status before it was replaced; once more, from the new one.
            session.begin(listed);
            super.map(relativePath, listed, offloading);
        }
    }

    @Override
    protected void cleanup(Context context) throws IOException, InterruptedException {
        super.cleanup(offloading);
    }
}
