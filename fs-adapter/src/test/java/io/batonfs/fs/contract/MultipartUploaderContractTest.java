package io.batonfs.fs.contract;

import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.contract.AbstractContractMultipartUploaderTest;
import org.apache.hadoop.fs.contract.AbstractFSContract;

@Conformance
class MultipartUploaderContractTest extends AbstractContractMultipartUploaderTest {
    private static final int PART_BYTES = 1024;

    @Override
    protected AbstractFSContract createContract(Configuration conf) {
        return new BatonContract(conf);
    }

    @Override
    protected int partSizeInBytes() {
        return PART_BYTES;
    }

    @Override
    protected boolean finalizeConsumesUploadIdImmediately() {
        return true;
    }

    @Override
    protected boolean supportsConcurrentUploadsToSamePath() {
        return true;
    }
}
