package io.batonfs.transport.wire;

import java.nio.ByteBuffer;

/** Bytes that are to go on, one after another. */
@FunctionalInterface
interface ByteSource {

    /** Moves the next bytes to a buffer's position, which goes on by them. There are so many. */
    void moveTo(ByteBuffer target, int length);
}
