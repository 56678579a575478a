package io.batonfs.server.storage;

/**
 * What a server counts of sets of devices that it gives back.
 *
 * @param bytesLeft  bytes still in use in the pools of the set that is going; 0 if none is
 * @param pagesMoved pages carried away since the server's start
 * @param bytesMoved bytes that they held
 * @param waiting    whether what is left, or some of it, can't be carried for now
 * @param setsGone   sets that were given back since the server's start
 */
public record RetirementFigures(long bytesLeft, long pagesMoved, long bytesMoved, boolean waiting, long setsGone) {
}
