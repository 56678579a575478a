package io.batonfs.fs.shell;

import io.batonfs.fs.BatonFileSystem;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.util.Iterator;
import java.util.LinkedList;
import java.util.Optional;
import java.util.concurrent.ThreadPoolExecutor;
import org.apache.hadoop.fs.Options;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.fs.PathExistsException;
import org.apache.hadoop.fs.permission.FsPermission;
import org.apache.hadoop.fs.shell.Command;
import org.apache.hadoop.fs.shell.CommandFactory;
import org.apache.hadoop.fs.shell.CommandFormat;
import org.apache.hadoop.fs.shell.CopyCommandWithMultiThread;
import org.apache.hadoop.fs.shell.FsCommand;
import org.apache.hadoop.fs.shell.PathData;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * {@code -cp}: a file whose target is in the same Baton group is copied by token, anything else as the stock command does
 * it. Options, temporary names, attributes kept by {@code -p}, messages and exit codes are the stock ones; they differ in
 * one thing: a file that is replaced (-f) is there at every moment, because the rename replaces it, where the stock
 * command deletes it first.
 *
 * <p>A refused offload is streamed, and counted if that went well (TOK-15). The command runs on one thread; with
 * {@code -t} files are copied by the pool of {@link CopyCommandWithMultiThread}, which that owns and ends.
 */
final class OffloadingCp extends CopyCommandWithMultiThread {
    /** The name that it takes over. */
    static final String COMMAND = "-cp";

    private static final Logger LOG = LoggerFactory.getLogger(OffloadingCp.class);

    private static final String TEMPORARY_SUFFIX = "._COPYING_";
    /** HDFS's view of encrypted bytes; what may be copied from or to it is for the stock command to say. */
    private static final String RESERVED_RAW = "/.reserved/raw";

    private boolean overwrite;
    private boolean direct;

    // ---- the stock command's options; its class is not open to others

    @Override
    protected void processOptions(LinkedList<String> arguments) throws IOException {
        takePreserveOption(arguments);
        CommandFormat format = new CommandFormat(2, Integer.MAX_VALUE, "f", "d");
        format.addOptionWithValue("t");
        format.addOptionWithValue("q");
        format.parse(arguments);
        overwrite = format.getOpt("f");
        direct = format.getOpt("d");
        setOverwrite(overwrite);
        setDirectWrite(direct);
        setThreadCount(format.getOptValue("t"));
        setThreadPoolQueueSize(format.getOptValue("q"));
        setRecursive(true);
        getRemoteDestination(arguments);
    }

    /** -p may stand anywhere before a "--" and may have letters stuck to it, which CommandFormat does not know. */
    private void takePreserveOption(LinkedList<String> arguments) {
        for (Iterator<String> each = arguments.iterator(); each.hasNext();) {
            String argument = each.next();
            if (argument.equals("--")) {
                return;
            }
            if (argument.startsWith("-p")) {
                each.remove();
                if (argument.equals("-p")) {
                    setPreserve(true);
                }
                argument.chars().skip(2).forEach(letter -> preserve(FileAttribute.getAttribute((char) letter)));
                return;
            }
        }
    }

    @Override
    public String getUsage() {
        return stock().getUsage();
    }

    @Override
    public String getDescription() {
        return stock().getDescription();
    }

    private Command stock() {
        CommandFactory factory = new CommandFactory(getConf());
        factory.registerCommands(FsCommand.class);
        return factory.getInstance(COMMAND);
    }

    // ---- copying

    @Override
    protected void copyFileToTarget(PathData source, PathData target) throws IOException {
        if (!withinOneGroup(source, target)) {
            super.copyFileToTarget(source, target);
            return;
        }
        ThreadPoolExecutor pool = getExecutor();
        if (pool == null) {
            copyWithinGroup(source, target);
        } else {
            pool.execute(() -> copyInPool(source, target));
        }
    }

    private static boolean withinOneGroup(PathData source, PathData target) {
        return source.fs instanceof BatonFileSystem from && target.fs instanceof BatonFileSystem to
                && from.isOfSameGroup(to)
                && !isReservedRaw(source.path) && !isReservedRaw(target.path);
    }

    private static boolean isReservedRaw(Path path) {
        return path.toUri().getPath().startsWith(RESERVED_RAW);
    }

    /** Whatever goes wrong with one file is told and counts as an error of the command; the other files are copied. */
    private void copyInPool(PathData source, PathData target) {
        try {
            copyWithinGroup(source, target);
        } catch (InterruptedIOException e) {
            Thread.currentThread().interrupt();
            displayError("Interrupted");
        } catch (IOException | RuntimeException e) {
            displayError(e);
        }
    }

    /** The pool's threads come by here too; the stock method counts without a lock. */
    @Override
    public synchronized void displayError(Exception failure) {
        super.displayError(failure);
    }

    /** Likewise. */
    @Override
    public synchronized void displayError(String message) {
        super.displayError(message);
    }

    private void copyWithinGroup(PathData source, PathData target) throws IOException {
        if (target.exists && (target.stat.isDirectory() || !overwrite)) {
            throw new PathExistsException(target.toString());
        }
        BatonFileSystem group = (BatonFileSystem) target.fs;
        PathData made = direct ? target : target.suffix(TEMPORARY_SUFFIX);
        Optional<Exception> refused = offload(group, source, made);
        if (refused.isPresent()) {
            streamInstead(group, source, target, refused.get());
        } else if (!direct) {
            moveIntoPlace(group, made, target);
        }
        preserveAttributes(source, target, false);
    }

    /** Makes a file by token, with the attributes of a newly created one. Returns why not, if not. */
    private static Optional<Exception> offload(BatonFileSystem group, PathData source, PathData made)
            throws InterruptedIOException {
        try {
            group.copyByToken(source.path, Optional.empty(), 0, -1, made.path, FsPermission.getFileDefault(),
                    group.getDefaultReplication(made.path), group.getDefaultBlockSize(made.path));
            return Optional.empty();
        } catch (InterruptedIOException e) {
            throw e;
        } catch (IOException | UnsupportedOperationException e) {
            return Optional.of(e);
        }
    }

    /** What is refused in both ways fails with the stock command's message, and was no fallback. */
    private void streamInstead(BatonFileSystem group, PathData source, PathData target, Exception refusal)
            throws IOException {
        try (InputStream input = source.fs.open(source.path)) {
            copyStreamToTarget(input, target);
        } catch (IOException e) {
            e.addSuppressed(refusal);
            throw e;
        }
        group.countFallback();
        LOG.warn("Copying {} to {} by token was refused, its {} bytes were streamed instead: {}", source, target,
                source.stat.getLen(), refusal.getMessage());
    }

    @SuppressWarnings("deprecation") // the one rename that replaces atomically
    private void moveIntoPlace(BatonFileSystem group, PathData made, PathData target) throws IOException {
        try {
            group.rename(made.path, target.path, overwrite ? Options.Rename.OVERWRITE : Options.Rename.NONE);
        } catch (IOException e) {
            deleteAfter(e, group, made.path);
            throw e;
        }
    }

    private static void deleteAfter(IOException failure, BatonFileSystem group, Path temporary) {
        try {
            group.delete(temporary, false);
        } catch (IOException e) {
            failure.addSuppressed(e);
        }
    }
}
