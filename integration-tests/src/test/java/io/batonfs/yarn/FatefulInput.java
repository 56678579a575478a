package io.batonfs.yarn;

import static org.assertj.core.api.Assertions.assertThat;

import io.batonfs.yarn.tasks.Fate;
import io.batonfs.yarn.tasks.FatefulMapper;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.apache.hadoop.fs.FSDataInputStream;
import org.apache.hadoop.fs.FSDataOutputStream;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.io.NullWritable;
import org.apache.hadoop.io.Text;
import org.apache.hadoop.mapreduce.Job;
import org.apache.hadoop.mapreduce.lib.input.FileInputFormat;
import org.apache.hadoop.mapreduce.lib.output.FileOutputFormat;

/**
 * Files of lines that differ all, one for each task, named by its fate; and a look at the output of the job that passes
 * the lines on. 2 MB each: several buffers of the client have gone to the server when half of it is written.
 */
final class FatefulInput {
    private static final int LINES = 20_000;
    private static final String FILLING = "-".repeat(80);

    private final FileSystem fs;
    private final Path folder;
    private final List<Fate> fates;
    private final List<String> lines = new ArrayList<>();

    /** Writes the files. */
    FatefulInput(FileSystem fs, Path folder, Fate... fates) throws IOException {
        this.fs = fs;
        this.folder = folder;
        this.fates = List.of(fates);
        for (Fate fate : fates) {
            try (FSDataOutputStream out = fs.create(new Path(folder, fate.fileName()))) {
                for (int number = 0; number < LINES; number++) {
                    String line = fate + " " + number + " " + FILLING;
                    lines.add(line);
                    out.write((line + "\n").getBytes(StandardCharsets.UTF_8));
                }
            }
        }
        Collections.sort(lines);
    }

    /** Makes a job pass these lines on, task by task, without reducers. */
    void passOnBy(Job job, Path output) throws IOException {
        job.getConfiguration().setLong(FatefulMapper.LINES_BEFORE_KEY, LINES / 2);
        job.setMapperClass(FatefulMapper.class);
        job.setNumReduceTasks(0);
        job.setOutputKeyClass(NullWritable.class);
        job.setOutputValueClass(Text.class);
        FileInputFormat.setInputPaths(job, folder);
        FileOutputFormat.setOutputPath(job, output);
    }

    /** The folder has a marker of success, a part for each task, and each line once. */
    void isAllOf(Path output) throws IOException {
        List<String> names = new ArrayList<>();
        List<String> found = new ArrayList<>();
        for (FileStatus entry : fs.listStatus(output)) {
            names.add(entry.getPath().getName());
            if (entry.isFile() && entry.getPath().getName().startsWith("part")) {
                try (FSDataInputStream in = fs.open(entry.getPath())) {
                    byte[] bytes = in.readAllBytes();
                    assertThat(bytes.length).as("length of %s", entry.getPath()).isEqualTo((int) entry.getLen());
                    found.addAll(new String(bytes, StandardCharsets.UTF_8).lines().toList());
                }
            }
        }
        List<String> expected = new ArrayList<>(List.of("_SUCCESS"));
        for (int task = 0; task < fates.size(); task++) {
            expected.add(String.format("part-m-%05d", task));
        }
        assertThat(names).as("entries of %s", output).containsExactlyElementsOf(expected);
        Collections.sort(found);
        assertThat(found.equals(lines)).as("each of the %d lines is in %s once; %d are found", lines.size(), output,
                found.size()).isTrue();
    }

    /** The folder is empty: nothing was committed and nothing is left. */
    void isNoneOf(Path output) throws IOException {
        assertThat(fs.listStatus(output)).as("entries of %s", output).isEmpty();
    }
}
