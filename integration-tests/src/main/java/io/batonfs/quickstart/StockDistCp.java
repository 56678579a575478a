package io.batonfs.quickstart;

import java.io.IOException;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.mapreduce.Counters;
import org.apache.hadoop.mapreduce.Job;
import org.apache.hadoop.tools.DistCp;
import org.apache.hadoop.tools.mapred.CopyMapper;
import org.apache.hadoop.util.ToolRunner;

/**
 * Hadoop's own DistCp, run by ToolRunner as the {@code hadoop distcp} command runs it. The one thing added is a look at
 * the job's counters before DistCp closes it.
 */
public final class StockDistCp extends DistCp {
    private Counters counters;

    private StockDistCp(Configuration conf) throws Exception {
        super(conf, null);
    }

    /**
     * Runs {@code hadoop distcp ARGUMENTS}.
     *
     * @return what the job counted
     * @throws IOException if distcp reports failure
     */
    public static Counts run(Configuration conf, String... arguments) throws Exception {
        StockDistCp distcp = new StockDistCp(conf);
        int exitCode = ToolRunner.run(distcp, arguments);
        if (exitCode != 0) {
            throw new IOException("hadoop distcp " + String.join(" ", arguments) + " ended with exit code " + exitCode);
        }
        return new Counts(
                distcp.count(CopyMapper.Counter.COPY), distcp.count(CopyMapper.Counter.SKIP),
                distcp.count(CopyMapper.Counter.FAIL), distcp.count(CopyMapper.Counter.BYTESCOPIED),
                distcp.count(CopyMapper.Counter.BYTESSKIPPED));
    }

    @Override
    public void waitForJobCompletion(Job job) throws Exception {
        super.waitForJobCompletion(job);
        counters = job.getCounters();
    }

    private long count(CopyMapper.Counter counter) {
        return counters.findCounter(counter).getValue();
    }

    /**
     * DistCp's counters, directories not included but for {@code copied}.
     *
     * @param copied       files copied
     * @param skipped      files skipped because the target had them already
     * @param failed       files that failed
     * @param copiedBytes  bytes of the copied
     * @param skippedBytes bytes of the skipped
     */
    public record Counts(long copied, long skipped, long failed, long copiedBytes, long skippedBytes) {
    }
}
