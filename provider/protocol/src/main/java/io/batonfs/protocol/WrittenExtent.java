package io.batonfs.protocol;

import io.batonfs.model.ExtentId;

/**
 * What a writer put into an extent and had acknowledged.
 *
 * @param extent      the extent
 * @param lengthBytes acknowledged bytes, from 0
 * @param crc32c      CRC32C of them all
 */
public record WrittenExtent(ExtentId extent, long lengthBytes, int crc32c) {
}
