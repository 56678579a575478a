package io.batonfs.fs.shell;

import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FsShell;
import org.apache.hadoop.fs.shell.CommandFactory;
import org.apache.hadoop.fs.shell.FsCommand;
import org.apache.hadoop.util.ToolRunner;

/**
 * {@code hadoop fs} and {@code hdfs dfs} with one command replaced: {@code -cp} of files within a Baton group passes a
 * token instead of the bytes. For every other path, and in every message and exit code, it is the stock shell.
 */
public final class BatonFsShell extends FsShell {

    /** A shell whose configuration is set later, by {@link ToolRunner}. */
    public BatonFsShell() {
        super();
    }

    /** A shell for a configuration. */
    public BatonFsShell(Configuration conf) {
        super(conf);
    }

    @Override
    protected void registerCommands(CommandFactory factory) {
        factory.registerCommands(FsCommand.class);
        factory.addClass(OffloadingCp.class, OffloadingCp.COMMAND);
    }

    /** What {@code hadoop fs} runs; ends the JVM with the command's exit code. */
    public static void main(String[] arguments) throws Exception {
        BatonFsShell shell = new BatonFsShell();
        Configuration conf = new Configuration();
        // As the stock main: an unreadable configuration file is told, not passed over.
        conf.setQuietMode(false);
        shell.setConf(conf);
        int exitCode;
        try {
            exitCode = ToolRunner.run(shell, arguments);
        } finally {
            shell.close();
        }
        System.exit(exitCode);
    }
}
