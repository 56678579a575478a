package io.batonfs.yarn.tasks;

import java.io.IOException;
import org.apache.hadoop.io.LongWritable;
import org.apache.hadoop.io.NullWritable;
import org.apache.hadoop.io.Text;
import org.apache.hadoop.mapreduce.Mapper;
import org.apache.hadoop.mapreduce.lib.input.FileSplit;

/** Passes lines on; in the middle of the first attempt its fate befalls it. */
public final class FatefulMapper extends Mapper<LongWritable, Text, NullWritable, Text> {
    /** After how many lines it befalls. */
    public static final String LINES_BEFORE_KEY = "baton.test.lines.before";

    private Fate fate;
    private long linesBefore;

    @Override
    protected void setup(Context context) {
        boolean first = context.getTaskAttemptID().getId() == 0;
        fate = first ? Fate.of(((FileSplit) context.getInputSplit()).getPath().getName()) : Fate.PLAIN;
        linesBefore = context.getConfiguration().getLong(LINES_BEFORE_KEY, 1);
    }

    @Override
    protected void map(LongWritable position, Text line, Context context) throws IOException, InterruptedException {
        context.write(NullWritable.get(), line);
        linesBefore--;
        if (linesBefore == 0) {
            fate.befall(context);
        }
    }
}
