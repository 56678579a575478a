package io.batonfs.yarn;

import io.batonfs.architecture.Checkout;
import io.batonfs.clientjar.ClientJar;
import io.batonfs.processes.ServerProcess;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.CommonConfigurationKeys;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.FileUtil;
import org.apache.hadoop.fs.permission.FsPermission;
import org.apache.hadoop.mapreduce.Job;
import org.apache.hadoop.mapreduce.MRJobConfig;
import org.apache.hadoop.mapreduce.v2.MiniMRYarnCluster;
import org.apache.hadoop.mapreduce.v2.jobhistory.JHAdminConfig;
import org.apache.hadoop.security.UserGroupInformation;
import org.apache.hadoop.util.Tool;
import org.apache.hadoop.util.ToolRunner;
import org.apache.hadoop.yarn.conf.YarnConfiguration;
import org.apache.hadoop.yarn.server.MiniYARNCluster;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.TestExecutionExceptionHandler;

/**
 * A YARN of one node in this JVM, and a Baton daemon in a process of its own; to be registered by a test class as a
 * static extension. Baton is the default file system, so staging and job history are there too.
 *
 * <p>The containers are JVMs of their own with the class path of a node: a folder with conf/core-site.xml and a plain
 * Hadoop. Baton gets to them as it does in an installation, by {@code tmpjars}; the node itself, which localizes jobs
 * from {@code baton://}, has it on the class path of the test. Everything is below the build's folders and deleted at
 * the end; what containers logged is shown first if a test fails.
 *
 * <p>For one thread at a time.
 */
public final class YarnWithBaton implements BeforeAllCallback, AfterAllCallback, TestExecutionExceptionHandler {
    /** A user who owns nothing but his home. The user of the tests may stand for him. */
    public static final String ORDINARY_USER = "alice";

    private static final int NODE_MB = 8192;
    private static final int LEAST_CONTAINER_MB = 128;
    private static final int MASTER_MB = 512;
    private static final int TASK_MB = 512;
    private static final int SORT_MB = 16;
    /** Between two heartbeats or questions, of which a job has dozens one after the other. */
    private static final int HEARTBEAT_MS = 100;
    /** JVMs that live for seconds: quick to start rather than fast, and nothing left in the folder of all JVMs. */
    private static final String JVM = "-XX:+UseSerialGC -XX:TieredStopAtLevel=1 -XX:-UsePerfData ";

    private Path scratch;
    private ServerProcess server;
    private MiniMRYarnCluster cluster;
    private Path jobJar;

    @Override
    public void beforeAll(ExtensionContext context) throws Exception {
        scratch = Files.createTempDirectory("yarn");
        String me = UserGroupInformation.getCurrentUser().getShortUserName();
        server = new ServerProcess(scratch.resolve("daemon"), scratch.resolve("group"))
                // The name under which YARN knows this machine: what is here is local to its node.
                .with("baton.server.advertised.host", MiniYARNCluster.getHostname())
                .with("hadoop.user.group.static.mapping.overrides", ORDINARY_USER + "=analysts;" + me + "=wheel")
                .with("hadoop.proxyuser." + me + ".hosts", "*")
                .with("hadoop.proxyuser." + me + ".users", ORDINARY_USER);
        server.start();
        makeHome(ORDINARY_USER);
        jobJar = JobJar.make(scratch.resolve("job.jar"));
        cluster = new MiniMRYarnCluster(context.getRequiredTestClass().getSimpleName(), 1);
        cluster.init(clusterConf());
        cluster.start();
    }

    @Override
    public void afterAll(ExtensionContext context) throws Exception {
        try {
            if (cluster != null) {
                cluster.stop();
                FileUtil.fullyDelete(cluster.getTestWorkDir());
            }
            // What the cluster and the clients of its jobs have in Hadoop's cache would look for the daemon in vain.
            FileSystem.closeAll();
        } finally {
            if (server != null) {
                server.close();
            }
            FileUtil.fullyDelete(scratch.toFile());
        }
    }

    @Override
    public void handleTestExecutionException(ExtensionContext context, Throwable failure) throws Throwable {
        System.err.println(context.getDisplayName() + " failed; of the newest job" + logs().ofNewestApplication());
        throw failure;
    }

    private void makeHome(String user) throws IOException {
        try (FileSystem fs = server.open()) {
            org.apache.hadoop.fs.Path home = new org.apache.hadoop.fs.Path("/user", user);
            fs.mkdirs(home);
            fs.setOwner(home, user, "analysts");
            fs.setPermission(home, new FsPermission((short) 0700));
        }
    }

    /** The daemon, to be killed and started again. */
    public ServerProcess server() {
        return server;
    }

    /** A path in the group, with scheme and address. */
    public org.apache.hadoop.fs.Path path(String absolute) {
        return new org.apache.hadoop.fs.Path(server.root().resolve(absolute));
    }

    /** A folder for files of the test outside of any group; deleted at the end. */
    public Path scratch() {
        return scratch;
    }

    /** What a client of this cluster has, with Baton as default file system; a new one at each call. */
    public Configuration conf() throws IOException {
        return conf(server.root());
    }

    /**
     * What a client of this cluster has, with another default file system, which then holds the staging folders: in
     * {@code /user}, or if it is the local one in a folder that is deleted at the end.
     */
    public Configuration conf(URI defaultFileSystem) throws IOException {
        Configuration conf = new Configuration(cluster.getConfig());
        conf.set(CommonConfigurationKeys.FS_DEFAULT_NAME_KEY, defaultFileSystem.toString());
        conf.set(CommonConfigurationKeys.FS_PERMISSIONS_UMASK_KEY, "022");
        conf.set(MRJobConfig.MR_AM_STAGING_DIR, "/user");
        if ("file".equals(defaultFileSystem.getScheme())) {
            conf.set(MRJobConfig.MR_AM_STAGING_DIR, scratch.resolve("staging").toString());
            // A jar that is in the file system of the staging folders already is not copied there, and has to be named.
            conf.setBoolean("mapreduce.client.libjars.wildcard", false);
        }
        conf.set("tmpjars", ClientJar.path().toUri().toString());
        // Containers of a mini cluster would get the class path of the test, in which Baton is already.
        conf.setBoolean(YarnConfiguration.IS_MINI_YARN_CLUSTER, false);
        conf.set(YarnConfiguration.YARN_APPLICATION_CLASSPATH, nodeConf().toString());
        conf.set(MRJobConfig.MAPREDUCE_APPLICATION_CLASSPATH, ClientJar.classPath("plain-hadoop").stream()
                .map(Path::toString).collect(Collectors.joining(",")));

        String javaHome = "JAVA_HOME=" + System.getProperty("java.home");
        conf.set(MRJobConfig.MR_AM_ENV, javaHome);
        conf.setInt(MRJobConfig.MR_AM_VMEM_MB, MASTER_MB);
        conf.set(MRJobConfig.MR_AM_COMMAND_OPTS, JVM + "-Xmx300m");
        for (String kind : new String[] {"map", "reduce"}) {
            conf.set("mapreduce." + kind + ".env", javaHome);
            conf.setInt("mapreduce." + kind + ".memory.mb", TASK_MB);
            conf.set("mapreduce." + kind + ".java.opts", JVM + "-Xmx300m");
        }
        conf.setInt(MRJobConfig.IO_SORT_MB, SORT_MB);
        // On a busy machine nearly every task would be given a second attempt.
        conf.setBoolean(MRJobConfig.MAP_SPECULATIVE, false);
        conf.setBoolean(MRJobConfig.REDUCE_SPECULATIVE, false);
        conf.setInt(MRJobConfig.MR_AM_TO_RM_HEARTBEAT_INTERVAL_MS, HEARTBEAT_MS);
        conf.setInt(Job.PROGRESS_MONITOR_POLL_INTERVAL_KEY, HEARTBEAT_MS);
        conf.setInt(Job.COMPLETION_POLL_INTERVAL_KEY, HEARTBEAT_MS);
        return conf;
    }

    /** A job of classes of {@code tasks}. */
    Job job(Configuration conf, String name) throws IOException {
        Job job = Job.getInstance(conf, name);
        job.setJar(jobJar.toUri().toString());
        return job;
    }

    /** Runs a job, which has to succeed; fails with what its containers said if it does not. */
    public void succeeds(Job job) throws Exception {
        if (!job.waitForCompletion(false)) {
            throw new AssertionError(job.getJobName() + " failed: " + job.getStatus().getFailureInfo() + logs(job));
        }
    }

    /** Runs a tool that runs jobs, which has to succeed; fails with what the containers of the last job said if not. */
    public void succeeds(Tool tool, Configuration conf, String... arguments) throws Exception {
        int code = ToolRunner.run(conf, tool, arguments);
        if (code != 0) {
            throw new AssertionError(tool.getClass().getSimpleName() + " " + String.join(" ", arguments)
                    + " ended with " + code + "; of its last job" + logs().ofNewestApplication());
        }
    }

    /** Ends the process of a running job's master as {@code kill -9} does. */
    void killMaster(Job job) {
        List<ProcessHandle> masters = ProcessHandle.allProcesses().filter(process -> isMaster(process, job)).toList();
        if (masters.size() != 1) {
            throw new AssertionError(masters.size() + " masters of " + job.getJobID() + " run" + logs(job));
        }
        masters.get(0).destroyForcibly();
    }

    private static boolean isMaster(ProcessHandle process, Job job) {
        String command = process.info().command().orElse("");
        String line = process.info().commandLine().orElse("");
        return command.endsWith("java") && line.contains("MRAppMaster") && line.contains(application(job));
    }

    private static String application(Job job) {
        return job.getJobID().toString().replace("job_", "application_");
    }

    private String logs(Job job) {
        return job.getJobID() == null ? "" : logs().ofApplication(application(job));
    }

    private ContainerLogs logs() {
        return new ContainerLogs(cluster.getTestWorkDir().toPath());
    }

    private Configuration clusterConf() throws IOException {
        Configuration conf = new Configuration();
        conf.set(CommonConfigurationKeys.FS_DEFAULT_NAME_KEY, server.root().toString());
        conf.set(CommonConfigurationKeys.HADOOP_TMP_DIR, scratch.resolve("hadoop").toString());
        conf.set(JHAdminConfig.MR_HISTORY_INTERMEDIATE_DONE_DIR, path("/mr-history/intermediate").toString());
        conf.set(JHAdminConfig.MR_HISTORY_DONE_DIR, path("/mr-history/done").toString());
        conf.setInt(YarnConfiguration.YARN_MINICLUSTER_NM_PMEM_MB, NODE_MB);
        conf.setInt(YarnConfiguration.RM_SCHEDULER_MINIMUM_ALLOCATION_MB, LEAST_CONTAINER_MB);
        conf.setFloat("yarn.scheduler.capacity.maximum-am-resource-percent", 1);
        conf.setInt(YarnConfiguration.RM_NM_HEARTBEAT_INTERVAL_MS, HEARTBEAT_MS);
        conf.setInt(JHAdminConfig.MR_HISTORY_MOVE_INTERVAL_MS, HEARTBEAT_MS);
        String me = UserGroupInformation.getCurrentUser().getShortUserName();
        conf.set("hadoop.proxyuser." + me + ".hosts", "*");
        conf.set("hadoop.proxyuser." + me + ".users", ORDINARY_USER);
        // Nothing is deleted by the node, so that logs can be shown; deletions put off would be waited for at the end.
        conf.setInt(YarnConfiguration.DEBUG_NM_DELETE_DELAY_SEC, -1);
        conf.setInt(YarnConfiguration.NM_LOG_RETAIN_SECONDS, 0);
        // A disk that is nearly full is no matter of these tests.
        conf.setBoolean(YarnConfiguration.NM_DISK_HEALTH_CHECK_ENABLE, false);
        return conf;
    }

    /** What is in the configuration folder of the node. */
    private Path nodeConf() throws IOException {
        Path conf = Files.createDirectories(scratch.resolve("conf"));
        Path site = conf.resolve("core-site.xml");
        if (!Files.exists(site)) {
            Files.copy(Checkout.root().resolve("conf/core-site.xml"), site);
        }
        return conf;
    }
}
