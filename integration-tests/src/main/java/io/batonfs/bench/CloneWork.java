package io.batonfs.bench;

import io.batonfs.fs.BatonFileSystem;
import java.io.IOException;
import java.util.Map;
import org.apache.hadoop.fs.Path;

/**
 * Clones a tree of a Baton group to new names. Between two clones a file of the tree is written anew, so that each is
 * of a tree that has changed since the last, as clones of trees in use are. A sample is the median of several clones.
 */
final class CloneWork implements Work {
    private final Site site;
    private final BatonFileSystem baton;
    private final Path tree;
    private final Path changed;
    private final int repetitions;
    private final long files;

    /**
     * Clones of a tree.
     *
     * @param layOut makes the tree
     * @param files  that it makes
     */
    CloneWork(Site site, LayOut layOut, long files) throws Exception {
        this.site = site;
        this.baton = (BatonFileSystem) site.fs();
        this.tree = site.path("tree");
        this.changed = new Path(Trees.directory(tree, 0), "changed");
        this.repetitions = CopySizes.of(site.sizes()).repetitions();
        this.files = files;
        layOut.make(site, tree);
        Trees.check(site, tree, files);
        Trees.write(site, changed);
    }

    @Override
    public Figure run() throws Exception {
        Laps laps = new Laps();
        for (int i = 0; i < repetitions; i++) {
            Path clone = clone(i);
            baton.delete(changed, false);
            Trees.write(site, changed);
            NoBytes watch = NoBytes.fromNow();
            laps.time(() -> baton.cloneTree(tree, clone));
            watch.check(1, 0);
        }
        return laps.figure(Map.of());
    }

    private Path clone(int number) {
        return site.path("clone-" + number);
    }

    @Override
    public void after() throws IOException {
        Trees.check(site, clone(repetitions - 1), files + 1);
        for (int i = 0; i < repetitions; i++) {
            CopyCheck.same(baton, changed, new Path(Trees.directory(clone(i), 0), changed.getName()));
            baton.delete(clone(i), true);
        }
    }

    @Override
    public void end() throws IOException {
        baton.delete(tree, true);
    }
}
