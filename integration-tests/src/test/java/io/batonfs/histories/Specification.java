package io.batonfs.histories;

import io.batonfs.histories.FileTree.Node;
import io.batonfs.histories.FileTree.Phase;
import java.util.SortedMap;
import java.util.function.Predicate;

/**
 * What each operation does when it is alone: as in HDFS. This is the meaning against which races are judged, so it is kept
 * plain: a tree before, a tree after, and which outcomes are right. Exceptions go by the name that {@link Exceptions}
 * gives them. One thread.
 */
final class Specification implements Operation.Visitor<Specification.Step> {

    /**
     * An operation on a tree.
     *
     * @param after the tree then; the same if the operation was refused
     * @param right whether an outcome is what the operation may end with
     */
    record Step(FileTree after, Predicate<Outcome> right) {
    }

    private final FileTree tree;

    private Specification(FileTree tree) {
        this.tree = tree;
    }

    /** What an operation does to a tree. */
    static Step step(FileTree tree, Operation operation) {
        return operation.accept(new Specification(tree));
    }

    @Override
    public Step create(Operation.Create operation) {
        String path = operation.path();
        String parent = FileTree.parent(path);
        if (tree.isBelowFile(path)) {
            return fails("ParentNotDirectoryException");
        }
        if (tree.isDirectory(path) || tree.isFile(path) && !operation.overwrite()) {
            return fails("FileAlreadyExistsException");
        }
        if (!tree.isDirectory(parent) && !operation.recursive()) {
            return fails("FileNotFoundException");
        }
        return returns(true, tree.withDirectories(parent).with(path, new Node(operation.tag(), Phase.OPEN)));
    }

    /** A writer closes the file that it made, wherever that is now; if it is gone, so is the lease. */
    @Override
    public Step close(Operation.Close operation) {
        return tree.openFile(operation.tag())
                .map(path -> returns(true, tree.with(path, new Node(operation.tag(), Phase.CLOSED))))
                .orElseGet(() -> fails("LEASE_LOST"));
    }

    @Override
    public Step mkdirs(Operation.Mkdirs operation) {
        if (tree.isBelowFile(operation.path())) {
            return fails("ParentNotDirectoryException");
        }
        if (tree.isFile(operation.path())) {
            return fails("FileAlreadyExistsException");
        }
        return returns(true, tree.withDirectories(operation.path()));
    }

    @Override
    public Step delete(Operation.Delete operation) {
        String path = operation.path();
        if (tree.isBelowFile(path)) {
            return fails("ParentNotDirectoryException");
        }
        if (tree.at(path).isEmpty()) {
            return returns(false, tree);
        }
        if (tree.isDirectory(path) && !tree.entries(path).isEmpty() && !operation.recursive()) {
            return fails("PathIsNotEmptyDirectoryException");
        }
        return returns(true, tree.without(path));
    }

    @Override
    public Step rename(Operation.Rename operation) {
        String source = operation.source();
        if (tree.isBelowFile(source) || tree.isBelowFile(operation.destination())) {
            return tree.at(source).isPresent() || tree.isBelowFile(source)
                    ? fails("ParentNotDirectoryException")
                    : new Step(tree, outcome -> outcome.equals(new Outcome.Returned(false))
                            || outcome.equals(new Outcome.Failed("ParentNotDirectoryException")));
        }
        if (tree.at(source).isEmpty()) {
            return returns(false, tree);
        }
        String target = tree.isDirectory(operation.destination())
                ? FileTree.child(operation.destination(), source.substring(source.lastIndexOf('/') + 1))
                : operation.destination();
        if (target.equals(source)) {
            return returns(true, tree);
        }
        boolean possible = !FileTree.isAtOrBelow(target, source)
                && tree.isDirectory(FileTree.parent(target))
                && tree.at(target).isEmpty();
        return returns(possible, possible ? tree.moved(source, target) : tree);
    }

    @Override
    public Step renameTo(Operation.RenameTo operation) {
        String source = operation.source();
        String destination = operation.destination();
        if (tree.isBelowFile(source)) {
            return fails(source.equals(destination) ? "FileNotFoundException" : "ParentNotDirectoryException");
        }
        if (tree.at(source).isEmpty()) {
            return fails("FileNotFoundException");
        }
        if (source.equals(destination)) {
            return fails("FileAlreadyExistsException");
        }
        if (FileTree.isAtOrBelow(destination, source)) {
            return fails("INVALID_ARGUMENT");
        }
        if (tree.isBelowFile(destination)) {
            return fails("ParentNotDirectoryException");
        }
        if (!tree.isDirectory(FileTree.parent(destination))) {
            return fails("FileNotFoundException");
        }
        return tree.at(destination).isEmpty()
                ? returns(true, tree.moved(source, destination))
                : replaced(operation);
    }

    private Step replaced(Operation.RenameTo operation) {
        String source = operation.source();
        String destination = operation.destination();
        if (!operation.overwrite()) {
            return fails("FileAlreadyExistsException");
        }
        if (tree.isDirectory(source) && tree.isFile(destination)) {
            return fails("ParentNotDirectoryException");
        }
        if (tree.isFile(source) && tree.isDirectory(destination)) {
            return fails("PathIsDirectoryException");
        }
        if (!tree.entries(destination).isEmpty()) {
            return fails("PathIsNotEmptyDirectoryException");
        }
        return returns(true, tree.without(destination).moved(source, destination));
    }

    @Override
    public Step cloneTree(Operation.CloneTree operation) {
        String source = operation.source();
        String destination = operation.destination();
        if (tree.isBelowFile(source)) {
            return fails("ParentNotDirectoryException");
        }
        if (tree.at(source).isEmpty()) {
            return fails("FileNotFoundException");
        }
        if (tree.isBelowFile(destination)) {
            return fails("ParentNotDirectoryException");
        }
        if (!tree.isDirectory(FileTree.parent(destination))) {
            return fails("FileNotFoundException");
        }
        if (tree.at(destination).isPresent() && !operation.overwrite()) {
            return fails("FileAlreadyExistsException");
        }
        return returns(true, tree.cloned(source, destination));
    }

    @Override
    public Step status(Operation.Status operation) {
        return tree.at(operation.path())
                .map(node -> sees(outcome -> node.isDirectory()
                        ? outcome.equals(new Outcome.Directory())
                        : outcome instanceof Outcome.FileSeen && node.mayHave(((Outcome.FileSeen) outcome).length())))
                .orElseGet(() -> fails("FileNotFoundException"));
    }

    @Override
    public Step list(Operation.ListEntries operation) {
        if (!tree.isDirectory(operation.path())) {
            return status(new Operation.Status(operation.path()));
        }
        SortedMap<String, Node> entries = tree.entries(operation.path());
        return sees(outcome -> outcome instanceof Outcome.Entries && shows(((Outcome.Entries) outcome).lengths(), entries));
    }

    private static boolean shows(SortedMap<String, Integer> seen, SortedMap<String, Node> entries) {
        return seen.keySet().equals(entries.keySet()) && entries.entrySet().stream().allMatch(entry -> {
            int length = seen.get(entry.getKey());
            return entry.getValue().isDirectory()
                    ? length == Outcome.Entries.DIRECTORY
                    : entry.getValue().mayHave(length);
        });
    }

    @Override
    public Step read(Operation.Read operation) {
        if (!tree.isFile(operation.path())) {
            return fails("FileNotFoundException");
        }
        Node file = tree.at(operation.path()).orElseThrow();
        return sees(outcome -> {
            if (!(outcome instanceof Outcome.Content)) {
                return false;
            }
            Outcome.Content content = (Outcome.Content) outcome;
            return file.mayHave(content.length()) && content.value() == (content.length() == 0 ? 0 : file.tag());
        });
    }

    private static Step returns(boolean value, FileTree after) {
        return new Step(after, new Outcome.Returned(value)::equals);
    }

    private Step fails(String exception) {
        return new Step(tree, new Outcome.Failed(exception)::equals);
    }

    private Step sees(Predicate<Outcome> right) {
        return new Step(tree, right);
    }
}
