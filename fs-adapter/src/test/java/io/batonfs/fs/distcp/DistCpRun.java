package io.batonfs.fs.distcp;

import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.mapreduce.Counters;
import org.apache.hadoop.mapreduce.Job;
import org.apache.hadoop.tools.DistCp;
import org.apache.hadoop.tools.mapred.CopyMapper;

/**
 * One run of the stock DistCp, as from the command line.
 *
 * @param exitCode 0 if it succeeded
 * @param counters of the job; null if it wasn't submitted
 * @param mapper   name of the mapper that the job ran
 */
record DistCpRun(int exitCode, Counters counters, String mapper) {

    /** Runs distcp and waits for it. */
    static DistCpRun of(Configuration conf, String... arguments) throws Exception {
        Recording distCp = new Recording(conf);
        int exitCode = distCp.run(arguments);
        return new DistCpRun(exitCode, distCp.counters, distCp.mapper());
    }

    long stock(CopyMapper.Counter counter) {
        return counters.findCounter(counter).getValue();
    }

    long ours(OffloadCounter counter) {
        return counters.findCounter(counter).getValue();
    }

    private static final class Recording extends DistCp {
        private Job job;
        private Counters counters;

        Recording(Configuration conf) throws Exception {
            super(conf, null);
        }

        @Override
        public Job createAndSubmitJob() throws Exception {
            job = super.createAndSubmitJob();
            return job;
        }

        /** The last moment at which a job knows its counters is before it is closed. */
        @Override
        public Job execute(boolean extraContextChecks) throws Exception {
            try {
                return super.execute(extraContextChecks);
            } finally {
                counters = job == null ? null : job.getCounters();
            }
        }

        String mapper() {
            return job == null ? null : job.getConfiguration().get("mapreduce.job.map.class");
        }
    }
}
