package io.batonfs.fs.distcp;

import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.io.Text;
import org.apache.hadoop.mapreduce.MapContext;
import org.apache.hadoop.mapreduce.Mapper;
import org.apache.hadoop.mapreduce.lib.map.WrappedMapper;
import org.apache.hadoop.tools.CopyListingFileStatus;

/** A map task's context with another configuration. A mapper only because contexts are inner classes of mappers. */
final class ReconfiguredContext extends WrappedMapper<Text, CopyListingFileStatus, Text, Text> {
    private final MapContext<Text, CopyListingFileStatus, Text, Text> original;
    private final Configuration configuration;

    ReconfiguredContext(MapContext<Text, CopyListingFileStatus, Text, Text> original, Configuration configuration) {
        this.original = original;
        this.configuration = configuration;
    }

    /** The context. */
    Mapper<Text, CopyListingFileStatus, Text, Text>.Context asContext() {
        return new Reconfigured();
    }

    private final class Reconfigured extends Context {
        Reconfigured() {
            super(original);
        }

        @Override
        public Configuration getConfiguration() {
            return configuration;
        }
    }
}
