package io.batonfs.yarn;

import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.mapreduce.lib.output.FileOutputCommitter;
import org.apache.hadoop.mapreduce.lib.output.PathOutputCommitterFactory;
import org.apache.hadoop.mapreduce.lib.output.committer.manifest.ManifestCommitterFactory;

/** How a job's output gets to its place. */
enum Committer {
    /** All is renamed at the end of the job. */
    ALGORITHM_1,
    /** The output of each task is renamed at its end. */
    ALGORITHM_2,
    /** Tasks write down what is to be renamed at the end of the job. */
    MANIFEST;

    void chooseIn(Configuration conf) {
        switch (this) {
            case ALGORITHM_1 -> conf.setInt(FileOutputCommitter.FILEOUTPUTCOMMITTER_ALGORITHM_VERSION, 1);
            case ALGORITHM_2 -> conf.setInt(FileOutputCommitter.FILEOUTPUTCOMMITTER_ALGORITHM_VERSION, 2);
            case MANIFEST -> conf.set(PathOutputCommitterFactory.COMMITTER_FACTORY_SCHEME + ".baton",
                    ManifestCommitterFactory.NAME);
        }
    }
}
