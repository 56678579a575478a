package io.batonfs.yarn;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.StringTokenizer;
import java.util.TreeMap;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.examples.WordCount;
import org.apache.hadoop.fs.FSDataInputStream;
import org.apache.hadoop.fs.FSDataOutputStream;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.io.IntWritable;
import org.apache.hadoop.io.Text;
import org.apache.hadoop.mapreduce.Job;
import org.apache.hadoop.mapreduce.lib.input.FileInputFormat;
import org.apache.hadoop.mapreduce.lib.output.FileOutputFormat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Stock jobs on {@code baton://}. */
class JobsTest {
    @RegisterExtension
    static final YarnWithBaton YARN = new YarnWithBaton();

    @Test
    void wordsAreCounted() throws Exception {
        Configuration conf = YARN.conf();
        Path input = YARN.path("/words/in");
        Path output = YARN.path("/words/out");
        Map<String, Long> expected = new TreeMap<>();
        try (FileSystem fs = FileSystem.newInstance(YARN.server().root(), conf)) {
            for (int file = 0; file < 2; file++) {
                StringBuilder text = new StringBuilder();
                for (int line = 0; line < 1000; line++) {
                    text.append("line ").append(line).append(" of file ").append(file).append('\n');
                }
                try (FSDataOutputStream out = fs.create(new Path(input, "file-" + file))) {
                    out.write(text.toString().getBytes(StandardCharsets.UTF_8));
                }
                StringTokenizer words = new StringTokenizer(text.toString());
                while (words.hasMoreTokens()) {
                    expected.merge(words.nextToken(), 1L, Long::sum);
                }
            }
            Job job = Job.getInstance(conf, "word count");
            job.setJarByClass(WordCount.class);
            job.setMapperClass(WordCount.TokenizerMapper.class);
            job.setCombinerClass(WordCount.IntSumReducer.class);
            job.setReducerClass(WordCount.IntSumReducer.class);
            job.setOutputKeyClass(Text.class);
            job.setOutputValueClass(IntWritable.class);
            FileInputFormat.setInputPaths(job, input);
            FileOutputFormat.setOutputPath(job, output);
            YARN.succeeds(job);
            Map<String, Long> counted = new TreeMap<>();
            for (String line : lines(fs, output)) {
                int tab = line.indexOf('\t');
                counted.merge(line.substring(0, tab), Long.parseLong(line.substring(tab + 1)), Long::sum);
            }
            assertThat(counted).isEqualTo(expected);
            assertThat(fs.exists(new Path(output, "_SUCCESS"))).isTrue();
            assertThat(fs.exists(new Path(output, "_temporary"))).isFalse();
        }
    }

    private static List<String> lines(FileSystem fs, Path folder) throws IOException {
        List<String> lines = new ArrayList<>();
        for (FileStatus part : fs.globStatus(new Path(folder, "part-*"))) {
            try (FSDataInputStream in = fs.open(part.getPath())) {
                lines.addAll(new String(in.readAllBytes(), StandardCharsets.UTF_8).lines().toList());
            }
        }
        return lines;
    }
}
