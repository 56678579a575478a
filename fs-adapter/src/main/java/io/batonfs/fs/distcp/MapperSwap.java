package io.batonfs.fs.distcp;

import io.batonfs.fs.AdapterConfig;
import io.batonfs.fs.BatonFileSystem;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.mapreduce.MRJobConfig;
import org.apache.hadoop.mapreduce.Mapper;
import org.apache.hadoop.tools.DistCpConstants;
import org.apache.hadoop.tools.mapred.CopyMapper;

/**
 * Puts the offloading mapper into a distcp job. DistCp sets its mapper itself, but asks the configured InputFormat for
 * splits before the job is written down: that is the moment.
 */
final class MapperSwap {
    private MapperSwap() {
    }

    /** Swaps the mapper if it is exactly the stock one and offloading is not switched off. */
    static void in(Configuration job) {
        if (job.getClass(MRJobConfig.MAP_CLASS_ATTR, Mapper.class) == CopyMapper.class
                && job.getBoolean(AdapterConfig.DISTCP_OFFLOAD, AdapterConfig.DISTCP_OFFLOAD_DEFAULT)) {
            job.setClass(MRJobConfig.MAP_CLASS_ATTR, OffloadingCopyMapper.class, Mapper.class);
        }
        compareByComposite(job);
    }

    /**
     * The second layer of the checksum mode, for a configuration that hasn't made it final: it comes in time for tasks
     * in processes of their own, but not where the target's file system is open already.
     */
    private static void compareByComposite(Configuration job) {
        String target = job.get(DistCpConstants.CONF_LABEL_TARGET_WORK_PATH);
        if (target != null && BatonFileSystem.SCHEME.equals(new Path(target).toUri().getScheme())) {
            job.set(AdapterConfig.COMBINE_MODE, AdapterConfig.COMPOSITE_CRC);
        }
    }
}
