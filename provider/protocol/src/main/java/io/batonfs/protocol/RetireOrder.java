package io.batonfs.protocol;

/**
 * Has a storage server give one of its further sets of devices back, or calls that off.
 *
 * @param set    its number in the server, from 1
 * @param cancel whether the set is to stay after all
 */
public record RetireOrder(int set, boolean cancel) {

    /**
     * What became of it.
     *
     * @param changed   whether anything is other than before: not if the order was given already
     * @param bytesLeft what is still to be carried away, in bytes of its pools; 0 if it was called off
     */
    public record Answer(boolean changed, long bytesLeft) {
    }
}
