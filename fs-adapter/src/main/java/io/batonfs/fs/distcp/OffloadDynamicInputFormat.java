package io.batonfs.fs.distcp;

import java.io.IOException;
import java.util.List;
import org.apache.hadoop.mapreduce.InputSplit;
import org.apache.hadoop.mapreduce.JobContext;
import org.apache.hadoop.tools.mapred.lib.DynamicInputFormat;

/** distcp's {@code -strategy dynamic} with offloading; set as {@code distcp.dynamic.strategy.impl}. */
public class OffloadDynamicInputFormat<K, V> extends DynamicInputFormat<K, V> {

    @Override
    public List<InputSplit> getSplits(JobContext context) throws IOException, InterruptedException {
        MapperSwap.in(context.getConfiguration());
        return super.getSplits(context);
    }
}
