package io.batonfs.fs.distcp;

import java.util.OptionalLong;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.hdfs.protocol.HdfsFileStatus;

/** HDFS's numbers of files, where HDFS's client is on the class path; where it isn't, no status can be HDFS's. */
final class HdfsFileIds {
    private static final boolean THERE = isThere();

    private HdfsFileIds() {
    }

    /** The number of a file; empty for files of others. */
    static OptionalLong of(FileStatus status) {
        return THERE ? Looked.idOf(status) : OptionalLong.empty();
    }

    private static boolean isThere() {
        try {
            Class.forName("org.apache.hadoop.hdfs.protocol.HdfsFileStatus", false, HdfsFileIds.class.getClassLoader());
            return true;
        } catch (ClassNotFoundException e) {
            return false;
        }
    }

    /** Loaded only when HDFS's classes are there. */
    private static final class Looked {
        static OptionalLong idOf(FileStatus status) {
            return status instanceof HdfsFileStatus
                    ? OptionalLong.of(((HdfsFileStatus) status).getFileId()) : OptionalLong.empty();
        }
    }
}
