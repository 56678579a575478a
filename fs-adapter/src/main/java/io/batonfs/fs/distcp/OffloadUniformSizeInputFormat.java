package io.batonfs.fs.distcp;

import java.io.IOException;
import java.util.List;
import org.apache.hadoop.mapreduce.InputSplit;
import org.apache.hadoop.mapreduce.JobContext;
import org.apache.hadoop.tools.mapred.UniformSizeInputFormat;

/** distcp's default strategy with offloading; set as {@code distcp.uniformsize.strategy.impl}. */
public class OffloadUniformSizeInputFormat extends UniformSizeInputFormat {

    @Override
    public List<InputSplit> getSplits(JobContext context) throws IOException, InterruptedException {
        MapperSwap.in(context.getConfiguration());
        return super.getSplits(context);
    }
}
