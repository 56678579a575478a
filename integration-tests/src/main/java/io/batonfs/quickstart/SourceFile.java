package io.batonfs.quickstart;

import java.nio.file.Path;

/**
 * A file to be carried around.
 *
 * @param name        path below the root of the tree, "/"-separated
 * @param origin      where its bytes are
 * @param lengthBytes bytes
 * @param sha256      SHA-256 of its bytes, hexadecimal: what every later place is compared with
 * @param text        whether it is UTF-8 text, so that words in it can be counted
 */
record SourceFile(String name, Path origin, long lengthBytes, String sha256, boolean text) {
}
