package io.batonfs.yarn.tasks;

import java.io.IOException;
import org.apache.hadoop.io.LongWritable;
import org.apache.hadoop.io.NullWritable;
import org.apache.hadoop.io.Text;
import org.apache.hadoop.mapreduce.Mapper;

/** Passes lines on; its JVM halts at the end of its first attempt's input, when most of the output is written. */
public final class DyingMapper extends Mapper<LongWritable, Text, NullWritable, Text> {
    private static final int EXIT_CODE = 66;

    @Override
    protected void map(LongWritable position, Text line, Context context) throws IOException, InterruptedException {
        context.write(NullWritable.get(), line);
    }

    @Override
    protected void cleanup(Context context) {
        if (context.getTaskAttemptID().getId() == 0) {
            Runtime.getRuntime().halt(EXIT_CODE);
        }
    }
}
