package io.batonfs.quickstart;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.List;
import java.util.Map;
import java.util.StringTokenizer;
import java.util.TreeMap;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.examples.WordCount;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.io.IntWritable;
import org.apache.hadoop.io.Text;
import org.apache.hadoop.mapreduce.Job;
import org.apache.hadoop.mapreduce.lib.input.CombineTextInputFormat;
import org.apache.hadoop.mapreduce.lib.output.FileOutputFormat;

/**
 * The wordcount of hadoop-mapreduce-examples, its own mapper and reducer (its main() would end the JVM), and a count of
 * the same words from the source files without Hadoop to compare with.
 */
final class WordCounter {
    private static final long SPLIT_BYTES = 32L << 20;
    private static final String SEPARATOR = "\t";

    private WordCounter() {
    }

    /** Counts the words of files by a MapReduce job. */
    static void runJob(Configuration conf, List<Path> inputs, Path output) throws Exception {
        Job job = Job.getInstance(conf, "quickstart wordcount");
        job.setJarByClass(WordCount.class);
        job.setMapperClass(WordCount.TokenizerMapper.class);
        job.setCombinerClass(WordCount.IntSumReducer.class);
        job.setReducerClass(WordCount.IntSumReducer.class);
        job.setOutputKeyClass(Text.class);
        job.setOutputValueClass(IntWritable.class);
        job.setInputFormatClass(CombineTextInputFormat.class);
        CombineTextInputFormat.setMaxInputSplitSize(job, SPLIT_BYTES);
        CombineTextInputFormat.setInputPaths(job, inputs.toArray(Path[]::new));
        FileOutputFormat.setOutputPath(job, output);
        if (!job.waitForCompletion(false)) {
            throw new IOException("the wordcount job failed: " + job.getStatus().getFailureInfo());
        }
    }

    /** Reads what the job wrote. */
    static Map<String, Long> readResult(FileSystem fs, Path output) throws IOException {
        Map<String, Long> counts = new TreeMap<>();
        for (FileStatus part : fs.globStatus(new Path(output, "part-r-*"))) {
            try (BufferedReader lines = new BufferedReader(
                    new InputStreamReader(fs.open(part.getPath()), StandardCharsets.UTF_8))) {
                for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                    int tab = line.lastIndexOf(SEPARATOR);
                    counts.merge(line.substring(0, tab), Long.parseLong(line.substring(tab + 1)), Long::sum);
                }
            }
        }
        return counts;
    }

    /** Counts the words of local UTF-8 files as the job should. */
    static Map<String, Long> countLocally(List<SourceFile> files) throws IOException {
        Map<String, Long> counts = new TreeMap<>();
        for (SourceFile file : files) {
            String text = Files.readString(file.origin());
            // TextInputFormat drops a byte order mark at the start of a file.
            StringTokenizer words = new StringTokenizer(text.startsWith("\uFEFF") ? text.substring(1) : text);
            while (words.hasMoreTokens()) {
                counts.merge(words.nextToken(), 1L, Long::sum);
            }
        }
        return counts;
    }
}
