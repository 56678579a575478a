package io.batonfs.fs.contract;

import io.batonfs.fs.Baton;
import io.batonfs.fs.BatonFileSystem;
import java.io.IOException;
import java.net.URI;
import java.util.UUID;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileContext;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.fs.contract.AbstractFSContract;

/** What Hadoop's contract suites run against. */
final class BatonContract extends AbstractFSContract {
    private static final URI ROOT = URI.create("baton:///");

    /** One group for all suites of a JVM, below the module's target directory; ends with the JVM. */
    private static final Path DIRECTORY = new Path(
            System.getProperty("java.io.tmpdir"), "contract-" + UUID.randomUUID());

    private FileSystem fs;

    BatonContract(Configuration conf) {
        super(conf);
        addConfResource("contract/baton.xml");
        configure(conf);
    }

    private static void configure(Configuration conf) {
        conf.set("baton.embedded.dir", DIRECTORY.toUri().getPath());
        conf.set("baton.embedded.device.bytes", Integer.toString(256 << 20));
    }

    /** The same file system for the suites of FileContext. */
    static FileContext fileContext() throws IOException {
        Configuration conf = new Configuration();
        conf.set("fs.AbstractFileSystem.baton.impl", Baton.class.getName());
        configure(conf);
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
