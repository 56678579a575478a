package io.batonfs.distcp;

import io.batonfs.fs.distcp.OffloadUniformSizeInputFormat;
import java.io.IOException;
import java.util.List;
import org.apache.hadoop.mapreduce.InputSplit;
import org.apache.hadoop.mapreduce.JobContext;
import org.apache.hadoop.mapreduce.MRJobConfig;

/** A map for each of a few files of one length, in the local job runner too, which asks for one split otherwise. */
public final class ParallelInputFormat extends OffloadUniformSizeInputFormat {
    static final String MAPS = "test.distcp.maps";

    @Override
    public List<InputSplit> getSplits(JobContext context) throws IOException, InterruptedException {
        context.getConfiguration().setInt(MRJobConfig.NUM_MAPS, context.getConfiguration().getInt(MAPS, 1));
        return super.getSplits(context);
    }
}
