package io.batonfs.fs;

import io.batonfs.client.BatonInput;
import io.batonfs.client.BatonInput.RangeRead;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.function.IntConsumer;
import java.util.function.IntFunction;
import org.apache.hadoop.fs.FileRange;

/**
 * Hadoop's vectored reads: buffers by the caller's functions, a future for each range, all ranges read together. A
 * buffer whose range fails goes back by the release function before its future says so. Stateless but for what it was
 * made of.
 */
final class VectoredReads {
    private final String path;
    private final IntFunction<ByteBuffer> allocate;
    private final Consumer<ByteBuffer> release;
    private final IntConsumer read;

    /**
     * With the caller's functions.
     *
     * @param path for messages
     * @param read told of the bytes of each range that went well
     */
    VectoredReads(
            String path, IntFunction<ByteBuffer> allocate, Consumer<ByteBuffer> release, IntConsumer read) {
        this.path = path;
        this.allocate = allocate;
        this.release = release;
        this.read = read;
    }

    /**
     * Reads. When it returns or throws, every range that has a future has one that is done.
     *
     * @param ranges      found to be valid and not to overlap
     * @param lengthBytes of the file; a range past it fails by itself
     */
    void from(BatonInput input, List<? extends FileRange> ranges, long lengthBytes) throws IOException {
        List<RangeRead> reads = new ArrayList<>(ranges.size());
        try {
            for (FileRange range : ranges) {
                CompletableFuture<ByteBuffer> data = new CompletableFuture<>();
                range.setData(data);
                if (range.getLength() > 0 && range.getOffset() > lengthBytes - range.getLength()) {
                    data.completeExceptionally(new EOFException(path + " has " + lengthBytes + " bytes, not all of "
                            + range));
                } else {
                    reads.add(request(range, data));
                }
            }
            input.readVectored(reads);
        } catch (IOException | RuntimeException | Error e) {
            reads.forEach(request -> request.done().completeExceptionally(e));
            throw e;
        }
    }

    private RangeRead request(FileRange range, CompletableFuture<ByteBuffer> data) {
        ByteBuffer buffer;
        int start;
        try {
            buffer = allocate.apply(range.getLength());
            start = buffer.position();
            buffer.limit(start + range.getLength());
        } catch (RuntimeException | Error e) {
            data.completeExceptionally(e);
            throw e;
        }
        CompletableFuture<Void> done = new CompletableFuture<>();
        done.whenComplete((none, failure) -> {
            if (failure == null) {
                read.accept(range.getLength());
                data.complete(buffer.position(start));
            } else {
                failed(buffer, failure, data);
            }
        });
        return new RangeRead(range.getOffset(), buffer, done);
    }

    private void failed(ByteBuffer buffer, Throwable failure, CompletableFuture<ByteBuffer> data) {
        Throwable shown = failure;
        try {
            if (failure instanceof IOException) {
                shown = HadoopErrors.translate(path, (IOException) failure);
            }
            release.accept(buffer);
        } catch (RuntimeException e) {
            // Of the caller's function, or the translation itself; the range has failed in any case.
            shown = e;
        } finally {
            data.completeExceptionally(shown);
        }
    }
}
