package io.batonfs.bench.transport;

import java.io.IOException;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * One slot for a request and one for its answer in a file that two processes have mapped: the least that two processes
 * can do, without limits, checks, queues or peers that may die. A slot's number is stored last, with release, and read
 * with acquire; it lies in the cache line of the first bytes.
 *
 * <pre>
 *   0     request: number | bytes           4096  answer: number | bytes
 * </pre>
 */
final class SharedSlot {
    static final int REQUEST = 0;
    static final int ANSWER = 4096;
    /** A page of the answer, and its number. */
    private static final int MOST_BYTES = 4096;
    private static final int FILE_BYTES = 4 * 4096;
    private static final int NUMBER_BYTES = Long.BYTES;
    private static final VarHandle NUMBER =
            MethodHandles.byteBufferViewVarHandle(long[].class, ByteOrder.nativeOrder());

    private final MappedByteBuffer memory;

    private SharedSlot(MappedByteBuffer memory) {
        this.memory = memory;
    }

    /** Maps the file, which is made if it is not there. */
    static SharedSlot at(Path path) throws IOException {
        try (FileChannel file = FileChannel.open(
                path, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
            return new SharedSlot(file.map(FileChannel.MapMode.READ_WRITE, 0, FILE_BYTES));
        }
    }

    /** Puts bytes, from 0 of a buffer's, into a slot, and then its number. */
    void put(int slot, long number, ByteBuffer bytes, int at, int lengthBytes) {
        if (lengthBytes > MOST_BYTES) {
            throw new UnsupportedOperationException("a slot has room for " + MOST_BYTES + " bytes, not " + lengthBytes);
        }
        memory.put(slot + NUMBER_BYTES, bytes, at, lengthBytes);
        NUMBER.setRelease(memory, slot, number);
    }

    /** The number of what is in a slot. */
    long number(int slot) {
        return (long) NUMBER.getAcquire(memory, slot);
    }

    /** Copies bytes of a slot to 0 of a buffer. */
    void get(int slot, ByteBuffer bytes, int lengthBytes) {
        bytes.put(0, memory, slot + NUMBER_BYTES, lengthBytes);
    }
}
