package io.batonfs.protocol;

/**
 * What is at and below a path, at one moment.
 *
 * @param files         files
 * @param directories   directories, the one at the path among them
 * @param lengthBytes   committed bytes of all files
 * @param consumedBytes those times each file's stored replication factor, as HDFS counts space
 */
public record TreeTotals(long files, long directories, long lengthBytes, long consumedBytes) {
}
