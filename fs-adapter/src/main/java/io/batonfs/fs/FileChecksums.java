package io.batonfs.fs;

import java.util.OptionalInt;
import org.apache.hadoop.fs.CompositeCrcFileChecksum;
import org.apache.hadoop.fs.FileChecksum;
import org.apache.hadoop.fs.MD5MD5CRC32GzipFileChecksum;
import org.apache.hadoop.io.MD5Hash;
import org.apache.hadoop.util.DataChecksum;

/** A file's CRC32C in the form in which HDFS reports it under COMPOSITE_CRC, so that the two compare equal. */
final class FileChecksums {
    /** What HDFS reports by default; it takes no part in a comparison. */
    private static final int BYTES_PER_CRC = 512;

    /** HDFS reports for every empty range, whatever the mode, the MD5 of this many zero bytes. */
    private static final int EMPTY_MAGIC_ZEROES = 32;

    private FileChecksums() {
    }

    /** The checksum for a CRC32C; empty for an empty range. */
    static FileChecksum of(OptionalInt crc32c) {
        if (crc32c.isEmpty()) {
            return new MD5MD5CRC32GzipFileChecksum(0, 0, MD5Hash.digest(new byte[EMPTY_MAGIC_ZEROES]));
        }
        return new CompositeCrcFileChecksum(crc32c.getAsInt(), DataChecksum.Type.CRC32C, BYTES_PER_CRC);
    }
}
