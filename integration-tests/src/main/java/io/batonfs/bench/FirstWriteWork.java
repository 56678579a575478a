package io.batonfs.bench;

import io.batonfs.fs.BatonFileSystem;
import java.io.IOException;
import java.util.Map;
import org.apache.hadoop.fs.Path;

/**
 * Creates, writes and closes a small file in a clone that nobody has written to, which makes the path to it the clone's
 * own. In turn with that, the same in a tree that was never cloned: a detail of the sample.
 */
final class FirstWriteWork implements Work {
    /** The detail that says how long it took in the tree that was never cloned, in milliseconds. */
    static final String UNSHARED = "unsharedMs";

    private final Site site;
    private final BatonFileSystem baton;
    private final Path tree;
    private final Path unshared;
    private final int directories;
    private final int repetitions;
    private final long files;

    FirstWriteWork(Site site) throws Exception {
        CopySizes sizes = CopySizes.of(site.sizes());
        this.site = site;
        this.baton = (BatonFileSystem) site.fs();
        this.tree = site.path("shared-tree");
        this.unshared = site.path("unshared-tree");
        this.directories = sizes.madeDirectories();
        this.repetitions = sizes.repetitions();
        int directoryFiles = sizes.directoryFiles() / directories;
        this.files = (long) directories * directoryFiles;
        LayOut layOut = Trees.made(directories, directoryFiles);
        layOut.make(site, tree);
        layOut.make(site, unshared);
    }

    @Override
    public void before() throws IOException {
        for (int i = 0; i < repetitions; i++) {
            baton.cloneTree(tree, clone(i));
        }
    }

    @Override
    public Figure run() throws Exception {
        Laps first = new Laps();
        Laps others = new Laps();
        for (int i = 0; i < repetitions; i++) {
            Path inClone = written(clone(i), i);
            Path inUnshared = written(unshared, i);
            first.time(() -> Trees.write(site, inClone));
            others.time(() -> Trees.write(site, inUnshared));
        }
        return first.figure(Map.of(UNSHARED, others.median()));
    }

    private Path clone(int number) {
        return site.path("fresh-clone-" + number);
    }

    private Path written(Path root, int number) {
        return new Path(Trees.directory(root, number % directories), "written-" + number);
    }

    @Override
    public void after() throws IOException {
        Trees.check(site, tree, files);
        for (int i = 0; i < repetitions; i++) {
            Trees.check(site, clone(i), files + 1);
            CopyCheck.same(baton, written(unshared, i), written(clone(i), i));
            baton.delete(clone(i), true);
            baton.delete(written(unshared, i), false);
        }
    }

    @Override
    public void end() throws IOException {
        baton.delete(tree, true);
        baton.delete(unshared, true);
    }
}
