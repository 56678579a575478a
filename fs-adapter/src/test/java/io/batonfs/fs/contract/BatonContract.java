package io.batonfs.fs.contract;

import io.batonfs.fs.Baton;
import io.batonfs.fs.BatonFileSystem;
import io.batonfs.fs.InMemoryGroup;
import java.io.IOException;
import java.net.URI;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileContext;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.fs.contract.AbstractFSContract;

/** What Hadoop's contract suites run against. */
final class BatonContract extends AbstractFSContract {
    private static final URI ROOT = URI.create("baton:///");
    private static final InMemoryGroup GROUP = new InMemoryGroup();

    static {
        GROUP.install();
    }

    private FileSystem fs;

    BatonContract(Configuration conf) {
        super(conf);
        addConfResource("contract/baton.xml");
    }

    /** The same file system for the suites of FileContext. */
    static FileContext fileContext() throws IOException {
        Configuration conf = new Configuration();
        conf.set("fs.AbstractFileSystem.baton.impl", Baton.class.getName());
        return FileContext.getFileContext(ROOT, conf);
    }

    @Override
    public void init() throws IOException {
        super.init();
        fs = FileSystem.get(ROOT, getConf());
    }

    @Override
    public FileSystem getTestFileSystem() {
        return fs;
    }

    @Override
    public String getScheme() {
        return BatonFileSystem.SCHEME;
    }

    @Override
    public Path getTestPath() {
        return new Path("/test");
    }
}
