package io.batonfs.yarn;

import static org.assertj.core.api.Assertions.assertThat;

import io.batonfs.fs.BatonFileSystem;
import io.batonfs.yarn.tasks.Fate;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.security.PrivilegedExceptionAction;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.StringTokenizer;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.examples.WordCount;
import org.apache.hadoop.fs.FSDataInputStream;
import org.apache.hadoop.fs.FSDataOutputStream;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.fs.permission.FsPermission;
import org.apache.hadoop.io.IntWritable;
import org.apache.hadoop.io.Text;
import org.apache.hadoop.mapreduce.Job;
import org.apache.hadoop.mapreduce.JobCounter;
import org.apache.hadoop.mapreduce.JobStatus;
import org.apache.hadoop.mapreduce.MRJobConfig;
import org.apache.hadoop.mapreduce.TaskCompletionEvent;
import org.apache.hadoop.mapreduce.lib.input.FileInputFormat;
import org.apache.hadoop.mapreduce.lib.output.FileOutputFormat;
import org.apache.hadoop.security.UserGroupInformation;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Stock jobs on {@code baton://} and what can go wrong in them: no half file, no lost output, none twice. */
@Timeout(600)
class JobsTest {
    @RegisterExtension
    static final YarnWithBaton YARN = new YarnWithBaton();

    private static final String PROGRESS_ESTIMATOR =
            "org.apache.hadoop.mapreduce.v2.app.speculate.LegacyTaskRuntimeEstimator";

    private BatonFileSystem fs;

    @BeforeEach
    void open() throws IOException {
        fs = YARN.server().open();
    }

    @AfterEach
    void close() throws IOException {
        fs.close();
    }

    private static Path path(String absolute) {
        return YARN.path(absolute);
    }

    /** Somebody stands for an ordinary user, as schedulers of jobs do; staging and history are on Baton too. */
    @Test
    void wordsAreCountedForAnOrdinaryUser() throws Exception {
        UserGroupInformation user = UserGroupInformation.createProxyUser(
                YarnWithBaton.ORDINARY_USER, UserGroupInformation.getLoginUser());
        Path home = path("/user/" + YarnWithBaton.ORDINARY_USER);
        Path output = new Path(home, "out");
        Map<String, Long> expected = new TreeMap<>();
        Job job = user.doAs((PrivilegedExceptionAction<Job>) () -> {
            try (FileSystem his = FileSystem.newInstance(home.toUri(), new Configuration())) {
                for (int file = 0; file < 2; file++) {
                    writeWords(his, new Path(home, "in/file-" + file), expected);
                }
            }
            Job counting = wordCount(new Path(home, "in"), output);
            YARN.succeeds(counting);
            return counting;
        });

        assertThat(countsIn(output)).isEqualTo(expected);
        assertThat(fs.exists(new Path(output, "_SUCCESS"))).isTrue();
        assertThat(fs.exists(new Path(output, "_temporary"))).isFalse();
        assertThat(fs.getFileStatus(new Path(output, "part-r-00000")).getOwner())
                .isEqualTo(YarnWithBaton.ORDINARY_USER);
        assertThat(count(job, JobCounter.DATA_LOCAL_MAPS)).as("maps that ran where their pages are").isEqualTo(2);

        FileStatus staging = fs.getFileStatus(new Path(home, ".staging"));
        assertThat(staging.getPermission()).isEqualTo(new FsPermission((short) 0700));
        assertThat(staging.getOwner()).isEqualTo(YarnWithBaton.ORDINARY_USER);
        Eventually.is("the staging folder of the job deleted", () -> fs.listStatus(staging.getPath()).length == 0);
        assertThat(fs.getFileStatus(path("/mr-history/intermediate")).getPermission())
                .isEqualTo(new FsPermission((short) 01777));
        Path history = path("/mr-history/done/*/*/*/*/" + job.getJobID() + "-*.jhist");
        Eventually.is("the history of the job moved to where it stays", () -> fs.globStatus(history).length == 1);
    }

    private static void writeWords(FileSystem fs, Path file, Map<String, Long> counts) throws IOException {
        StringBuilder text = new StringBuilder();
        for (int line = 0; line < 1000; line++) {
            text.append("line ").append(line).append(" of ").append(file.getName()).append('\n');
        }
        try (FSDataOutputStream out = fs.create(file)) {
            out.write(text.toString().getBytes(StandardCharsets.UTF_8));
        }
        StringTokenizer words = new StringTokenizer(text.toString());
        while (words.hasMoreTokens()) {
            counts.merge(words.nextToken(), 1L, Long::sum);
        }
    }

    private static Job wordCount(Path input, Path output) throws IOException {
        Job job = Job.getInstance(YARN.conf(), "word count");
        job.setJarByClass(WordCount.class);
        job.setMapperClass(WordCount.TokenizerMapper.class);
        job.setCombinerClass(WordCount.IntSumReducer.class);
        job.setReducerClass(WordCount.IntSumReducer.class);
        job.setOutputKeyClass(Text.class);
        job.setOutputValueClass(IntWritable.class);
        FileInputFormat.setInputPaths(job, input);
        FileOutputFormat.setOutputPath(job, output);
        return job;
    }

    private Map<String, Long> countsIn(Path folder) throws IOException {
        Map<String, Long> counts = new TreeMap<>();
        for (FileStatus part : fs.globStatus(new Path(folder, "part-r-*"))) {
            try (FSDataInputStream in = fs.open(part.getPath())) {
                new String(in.readAllBytes(), StandardCharsets.UTF_8).lines().map(line -> line.split("\t"))
                        .forEach(count -> counts.merge(count[0], Long.parseLong(count[1]), Long::sum));
            }
        }
        return counts;
    }

    /** One task's JVM dies half-way and another never gets on: both are done again, their half files are gone. */
    @ParameterizedTest
    @EnumSource
    void attemptsThatDieOrDawdleLeaveNothing(Committer committer) throws Exception {
        Path folder = path("/attempts-" + committer);
        Path output = new Path(folder, "out");
        FatefulInput input = new FatefulInput(fs, new Path(folder, "in"), Fate.PLAIN, Fate.DIES, Fate.DAWDLES);
        Configuration conf = YARN.conf();
        committer.chooseIn(conf);
        // Look often for tasks that are slower than others, and believe in what they tell of their progress.
        conf.setBoolean(MRJobConfig.MAP_SPECULATIVE, true);
        conf.setInt(MRJobConfig.SPECULATIVE_RETRY_AFTER_NO_SPECULATE, 200);
        conf.setInt(MRJobConfig.SPECULATIVE_RETRY_AFTER_SPECULATE, 200);
        conf.setInt(MRJobConfig.TASK_PROGRESS_REPORT_INTERVAL, 200);
        conf.set(MRJobConfig.MR_AM_TASK_ESTIMATOR, PROGRESS_ESTIMATOR);
        Job job = YARN.job(conf, "attempts with " + committer);
        input.passOnBy(job, output);

        YARN.succeeds(job);

        input.isAllOf(output);
        assertThat(count(job, JobCounter.NUM_FAILED_MAPS)).as("attempts that died").isEqualTo(1);
        assertThat(count(job, JobCounter.TOTAL_LAUNCHED_MAPS))
                .as("attempts, with the one after the dead and the one beside the dawdler").isGreaterThanOrEqualTo(5);
        try (FSDataInputStream success = fs.open(new Path(output, "_SUCCESS"))) {
            String said = new String(success.readAllBytes(), StandardCharsets.UTF_8);
            assertThat(said.contains("ManifestCommitter")).as("committed by manifests")
                    .isEqualTo(committer == Committer.MANIFEST);
        }
    }

    @Test
    void jobGoesOnWhenTheDaemonIsKilledAndStarted() throws Exception {
        Path output = path("/killed/out");
        FatefulInput input = new FatefulInput(fs, path("/killed/in"), Fate.PLAIN, Fate.MEETS);
        Configuration conf = YARN.conf();
        // A busy machine may take longer than the minute of the default to start the daemon again.
        conf.setLong("fs.baton.client.retry.timeout.ms", TimeUnit.MINUTES.toMillis(5));
        Job job = YARN.job(conf, "kill of the daemon");
        input.passOnBy(job, output);
        try (MeetingPoint meeting = new MeetingPoint(job.getConfiguration())) {
            job.submit();
            meeting.await();
            YARN.server().kill();
            meeting.letGo();
            YARN.server().start();
            YARN.succeeds(job);
        }

        input.isAllOf(output);
        assertThat(count(job, JobCounter.NUM_FAILED_MAPS)).as("failed attempts").isZero();
    }

    private static long count(Job job, JobCounter counter) throws IOException {
        return job.getCounters().findCounter(counter).getValue();
    }

    /** The next master reads the history that the killed one was writing, and does not do again what was done. */
    @Test
    void jobGoesOnWhenItsMasterIsKilled() throws Exception {
        Path output = path("/recovered/out");
        FatefulInput input = new FatefulInput(fs, path("/recovered/in"), Fate.PLAIN, Fate.MEETS);
        Configuration conf = YARN.conf();
        Committer.ALGORITHM_1.chooseIn(conf);
        // Else the master may keep to itself for half a minute what has ended, and nobody could know of it.
        conf.setInt(MRJobConfig.MR_AM_HISTORY_MAX_UNFLUSHED_COMPLETE_EVENTS, 1);
        Job job = YARN.job(conf, "kill of the master");
        input.passOnBy(job, output);
        try (MeetingPoint meeting = new MeetingPoint(job.getConfiguration())) {
            job.submit();
            meeting.await();
            Path history = new Path(stagingOf(job), job.getJobID() + "_1.jhist");
            Eventually.is("the other task's end in the history", () -> text(history).contains("TASK_FINISHED"));
            YARN.killMaster(job);
            YARN.succeeds(job);
        }

        input.isAllOf(output);
        List<Integer> attempts = new ArrayList<>();
        for (TaskCompletionEvent event : job.getTaskCompletionEvents(0, 10)) {
            if (event.getStatus() == TaskCompletionEvent.Status.SUCCEEDED) {
                attempts.add(event.getTaskAttemptId().getId());
            }
        }
        assertThat(attempts).as("attempts that counted: one of the first master, and one of the second, from 1000 on")
                .containsExactlyInAnyOrder(0, 1000);
    }

    private String text(Path file) throws IOException {
        try (FSDataInputStream in = fs.open(file)) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    @Test
    void killedJobLeavesNothing() throws Exception {
        Path output = path("/ended/out");
        FatefulInput input = new FatefulInput(fs, path("/ended/in"), Fate.MEETS);
        Configuration conf = YARN.conf();
        Committer.MANIFEST.chooseIn(conf);
        Job job = YARN.job(conf, "kill of the job");
        input.passOnBy(job, output);
        try (MeetingPoint meeting = new MeetingPoint(job.getConfiguration())) {
            job.submit();
            meeting.await();
            FileStatus jar = fs.getFileStatus(new Path(stagingOf(job), "job.jar"));
            assertThat(jar.getReplication()).as("copies that job submission asks for").isEqualTo((short) 10);
            job.killJob();
            assertThat(job.waitForCompletion(false)).isFalse();
        }

        assertThat(job.getStatus().getState()).isEqualTo(JobStatus.State.KILLED);
        input.isNoneOf(output);
    }

    private static Path stagingOf(Job job) throws IOException {
        String user = UserGroupInformation.getLoginUser().getShortUserName();
        return path("/user/" + user + "/.staging/" + job.getJobID());
    }

    /** With another default file system: paths of Baton are written out, and staging is elsewhere. */
    @Test
    void failedJobLeavesNothing() throws Exception {
        Path output = path("/failed/out");
        FatefulInput input = new FatefulInput(fs, path("/failed/in"), Fate.PLAIN, Fate.FAILS);
        Configuration conf = YARN.conf(URI.create("file:///"));
        Committer.ALGORITHM_1.chooseIn(conf);
        conf.setInt(MRJobConfig.MAP_MAX_ATTEMPTS, 1);
        Job job = YARN.job(conf, "failing job");
        input.passOnBy(job, output);

        assertThat(job.waitForCompletion(false)).isFalse();

        assertThat(job.getStatus().getState()).isEqualTo(JobStatus.State.FAILED);
        assertThat(reasons(job)).contains("failed as its fate wants it");
        input.isNoneOf(output);
    }

    private static String reasons(Job job) throws IOException, InterruptedException {
        StringBuilder reasons = new StringBuilder();
        for (TaskCompletionEvent event : job.getTaskCompletionEvents(0, 10)) {
            reasons.append(String.join("\n", job.getTaskDiagnostics(event.getTaskAttemptId())));
        }
        return reasons.toString();
    }

    /** {@code -Dyarn.tera.rows=N} says how many rows of 100 bytes. */
    @Test
    @Tag("soak")
    void teraSortSorts() throws Exception {
        TeraRun run = new TeraRun(YARN, fs, Long.getLong("yarn.tera.rows", 20_000));
        run.generate();
        run.sort();
        run.validate();
        run.compare();
    }
}
