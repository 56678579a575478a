package io.batonfs.distcp;

import io.batonfs.fs.distcp.OffloadCounter;
import io.batonfs.quickstart.ClientFigures;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.mapreduce.Counters;
import org.apache.hadoop.mapreduce.Job;
import org.apache.hadoop.tools.DistCp;
import org.apache.hadoop.tools.mapred.CopyMapper;
import org.apache.hadoop.util.ToolRunner;

/**
 * One run of the stock DistCp by ToolRunner, as {@code hadoop distcp} runs it.
 *
 * @param exitCode 0 if it succeeded
 * @param counters of the job; empty if it wasn't submitted
 * @param job      the job's configuration; null if it wasn't submitted
 * @param figures  what passed through the Baton clients of this JVM meanwhile
 */
record DistCpRun(int exitCode, Counters counters, Configuration job, ClientFigures figures) {

    /** What a test does once the files are listed, before the first is copied. */
    interface AfterListing {
        /** Does nothing. */
        AfterListing NOTHING = () -> { };

        void run() throws Exception;
    }

    static DistCpRun of(Configuration conf, String... arguments) throws Exception {
        return of(conf, AfterListing.NOTHING, arguments);
    }

    static DistCpRun of(Configuration conf, AfterListing afterListing, String... arguments) throws Exception {
        ClientFigures before = ClientFigures.now();
        Watched distCp = new Watched(conf, afterListing);
        int exitCode = ToolRunner.run(distCp, arguments);
        return new DistCpRun(exitCode, distCp.counters, distCp.job == null ? null : distCp.job.getConfiguration(),
                ClientFigures.now().since(before));
    }

    /** DistCp's own counters that operators look at. */
    Counts counts() {
        return new Counts(stock(CopyMapper.Counter.COPY), stock(CopyMapper.Counter.DIR_COPY),
                stock(CopyMapper.Counter.SKIP), stock(CopyMapper.Counter.FAIL), stock(CopyMapper.Counter.BYTESCOPIED),
                stock(CopyMapper.Counter.BYTESEXPECTED), stock(CopyMapper.Counter.BYTESSKIPPED),
                stock(CopyMapper.Counter.BYTESFAILED));
    }

    long stock(CopyMapper.Counter counter) {
        return counters.findCounter(counter).getValue();
    }

    /** Baton's counters of the job. */
    Offloads offloads() {
        return new Offloads(ours(OffloadCounter.OFFLOADED_COPIES), ours(OffloadCounter.OFFLOADED_BYTES),
                ours(OffloadCounter.FALLBACKS), ours(OffloadCounter.FALLBACK_BYTES));
    }

    private long ours(OffloadCounter counter) {
        return counters.findCounter(counter).getValue();
    }

    /** {@link CopyMapper.Counter}, by name. */
    record Counts(long files, long directories, long skipped, long failed, long copiedBytes, long expectedBytes,
            long skippedBytes, long failedBytes) {
    }

    /** {@link OffloadCounter}, by name. */
    record Offloads(long copies, long bytes, long fallbacks, long fallbackBytes) {
        static final Offloads NONE = new Offloads(0, 0, 0, 0);
    }

    /** Looks at the job before DistCp closes it, and waits for it under -async, too, where DistCp doesn't. */
    private static final class Watched extends DistCp {
        private final AfterListing afterListing;
        private Job job;
        private Counters counters = new Counters();

        Watched(Configuration conf, AfterListing afterListing) throws Exception {
            super(conf, null);
            this.afterListing = afterListing;
        }

        @Override
        protected Path createInputFileListing(Job created) throws java.io.IOException {
            Path listing = super.createInputFileListing(created);
            try {
                afterListing.run();
            } catch (Exception e) {
                throw new IllegalStateException("what the test does after listing", e);
            }
            return listing;
        }

        @Override
        public Job createAndSubmitJob() throws Exception {
            job = super.createAndSubmitJob();
            return job;
        }

        @Override
        public Job execute(boolean extraContextChecks) throws Exception {
            try {
                return super.execute(extraContextChecks);
            } finally {
                if (job != null) {
                    job.waitForCompletion(false);
                    counters = job.getCounters();
                }
            }
        }
    }
}
