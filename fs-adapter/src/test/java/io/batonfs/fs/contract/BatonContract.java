package io.batonfs.fs.contract;

import io.batonfs.fs.BatonFileSystem;
import java.io.IOException;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.fs.contract.AbstractFSContract;
import org.apache.hadoop.fs.contract.ContractOptions;

/** What Hadoop's contract suites run against: the {@link TestGroup}, with what contract/baton.xml promises. */
final class BatonContract extends AbstractFSContract {
    private FileSystem fs;

    BatonContract(Configuration conf) {
        super(conf);
        addConfResource("contract/baton.xml");
        TestGroup.configure(conf);
    }

    @Override
    public void init() throws IOException {
        super.init();
        TestGroup.prepare();
        // The root is the superuser's: nobody else can empty it, in HDFS as little as here.
        if (!TestGroup.runsAsSuperuser()) {
            getConf().setBoolean(getConfKey(ContractOptions.TEST_ROOT_TESTS_ENABLED), false);
        }
        fs = TestGroup.fileSystem(getConf());
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
        return new Path(TestGroup.path("test"));
    }
}
