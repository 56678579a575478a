package io.batonfs.fs.shell;

import io.batonfs.protocol.StoragePolicyProgress;
import java.io.IOException;
import java.util.LinkedList;
import java.util.List;
import org.apache.hadoop.fs.BlockStoragePolicySpi;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.util.StringUtils;

/**
 * {@code hadoop baton storagepolicies}, with the words of {@code hdfs storagepolicies}: that one lists, sets and unsets
 * policies of any file system, but refuses to say which one a path of another than HDFS has.
 *
 * @param action does it, and takes off the arguments what it understands
 */
record StoragePolicyCommand(String name, String usage, String description, Action action) implements Subcommand {
    /** As the tool of HDFS ends where a file system refuses. */
    private static final int FAILED = 2;

    private static final String FAMILY = "storagepolicies ";
    private static final String PATH = "-path";
    private static final String POLICY = "-policy";

    /** What one of them does. */
    @FunctionalInterface
    interface Action {

        /** Does it; what it does not understand it leaves among the arguments. */
        void run(ShellContext shell, LinkedList<String> arguments) throws IOException;
    }

    /** All of them. */
    static List<Subcommand> all() {
        return List.of(
                new StoragePolicyCommand(FAMILY + "-listPolicies", "[URI]", """
                        Lists the policies that there are: a group's pools, and those that HDFS has. Without a URI
                        those of the group of fs.defaultFS. Those of HDFS stand for the pools with the first of these RAID
                        levels that there is, if there is none of them for the default pool:
                          LAZY_PERSIST                  0, 10, 1, 50, 5, 6
                          ALL_NVDIMM, ALL_SSD, ONE_SSD  10, 1, 50, 5, 6
                          HOT                           the default pool, as without a policy
                          WARM                          50, 5, 6, 10, 1
                          COLD, PROVIDED                6, 5, 50, 10, 1
                        Where its pool is full HOT, COLD and a pool's name refuse new data; the others go on to the next
                        level.""", StoragePolicyCommand::list),
                new StoragePolicyCommand(FAMILY + "-getStoragePolicy", "-path <path>", """
                        Shows the policy that is in force at a file or directory: its own, or that of the nearest
                        directory above which has one, or the group's.""", StoragePolicyCommand::get),
                new StoragePolicyCommand(FAMILY + "-setStoragePolicy", "-path <path> -policy <policy>", """
                        Gives a file or directory a policy. It counts for what is written from then on; what is stored
                        already stays where it is.""", StoragePolicyCommand::set),
                new StoragePolicyCommand(FAMILY + "-unsetStoragePolicy", "-path <path>", """
                        Takes the policy of a file or directory away, so that the nearest one above is in force.""",
                        StoragePolicyCommand::unset),
                new StoragePolicyCommand(FAMILY + "-satisfyStoragePolicy", "-path <path>", """
                        Has what is stored already in a file, or in all files below a directory, carried to the pools of
                        the policies in force there. It is done in the background, while everything can be used.""",
                        StoragePolicyCommand::satisfy),
                new StoragePolicyCommand(FAMILY + "-isSatisfied", "-path <path>", """
                        Tells how much is still to be carried of what -satisfyStoragePolicy was given for, and how much
                        stays where it is, because others may share it.""",
                        StoragePolicyCommand::progress));
    }

    @Override
    public int run(ShellContext shell, LinkedList<String> arguments) throws IOException {
        action.run(shell, arguments);
        return 0;
    }

    @Override
    public int exitCodeForFailure() {
        return FAILED;
    }

    private static void list(ShellContext shell, LinkedList<String> arguments) throws IOException {
        LinkedList<String> uri = new LinkedList<>();
        if (!arguments.isEmpty()) {
            uri.add(arguments.removeFirst());
        }
        checkUnderstood(arguments);
        shell.out().println("Block Storage Policies:");
        for (BlockStoragePolicySpi policy : shell.groupOf(uri).getAllStoragePolicies()) {
            shell.out().println("\t" + policy.getName());
        }
    }

    private static void get(ShellContext shell, LinkedList<String> arguments) throws IOException {
        Path path = path(arguments);
        checkUnderstood(arguments);
        String policy = shell.groupOf(path).getStoragePolicy(path).getName();
        shell.out().println("The storage policy of " + path + ":");
        shell.out().println(policy);
    }

    private static void set(ShellContext shell, LinkedList<String> arguments) throws IOException {
        Path path = path(arguments);
        String policy = required(POLICY, arguments);
        checkUnderstood(arguments);
        shell.groupOf(path).setStoragePolicy(path, policy);
        shell.out().println("Set storage policy " + policy + " on " + path);
    }

    private static void unset(ShellContext shell, LinkedList<String> arguments) throws IOException {
        Path path = path(arguments);
        checkUnderstood(arguments);
        shell.groupOf(path).unsetStoragePolicy(path);
        shell.out().println("Unset storage policy from " + path);
    }

    private static void satisfy(ShellContext shell, LinkedList<String> arguments) throws IOException {
        Path path = path(arguments);
        checkUnderstood(arguments);
        shell.groupOf(path).satisfyStoragePolicy(path);
        shell.out().println("Scheduled blocks to move based on the current storage policy on " + path);
    }

    private static void progress(ShellContext shell, LinkedList<String> arguments) throws IOException {
        Path path = path(arguments);
        checkUnderstood(arguments);
        StoragePolicyProgress progress = shell.groupOf(path).storagePolicyProgress(path);
        shell.out().println(progress.satisfied()
                ? path + " is satisfied: nothing waits of what -satisfyStoragePolicy was given for"
                : path + " is not satisfied: " + progress.waitingBytes() + " bytes in " + progress.waitingExtents()
                        + " extents wait" + (progress.looking() ? ", and files are still looked for" : ""));
        if (progress.stayingExtents() > 0) {
            shell.out().println(progress.stayingBytes() + " bytes in " + progress.stayingExtents() + " extents stay where they"
                    + " are: clones, snapshots or other files may share them, and the pools of the policy survive fewer failed"
                    + " devices");
        }
    }

    private static Path path(LinkedList<String> arguments) {
        return new Path(required(PATH, arguments));
    }

    private static String required(String option, LinkedList<String> arguments) {
        String value = StringUtils.popOptionWithArgument(option, arguments);
        if (value == null) {
            throw new IllegalArgumentException(option + " is missing");
        }
        return value;
    }

    private static void checkUnderstood(LinkedList<String> arguments) {
        if (!arguments.isEmpty()) {
            throw new IllegalArgumentException("what " + String.join(" ", arguments) + " is to mean is not known");
        }
    }
}
