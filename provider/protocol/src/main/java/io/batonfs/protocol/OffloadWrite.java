package io.batonfs.protocol;

/**
 * One item of an offload write (TOK-2): a new file whose content is a range of what a token represents, or a new tree.
 *
 * @param token       512 bytes
 * @param tokenOffset first byte of the token's range; 0 for a tree
 * @param length      bytes, or -1 for all that there is from the offset on
 * @param path        the file or tree to make
 * @param options     how to make it; of a tree only {@code overwrite} and {@code createParents} count, all else comes
 *                    with the token
 */
public record OffloadWrite(byte[] token, long tokenOffset, long length, String path, CreateOptions options) {

    /** Keeps the token out of logs. */
    @Override
    public String toString() {
        return "OffloadWrite[path=" + path + ", tokenOffset=" + tokenOffset + ", length=" + length + "]";
    }
}
