package io.batonfs.client;

import io.batonfs.model.BatonException;
import io.batonfs.model.ErrorCode;
import io.batonfs.model.FileInfo;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;

/**
 * Reads a file through the slices that its grant names. Thread-safe: what it consists of is; the only state of its own
 * is whether it is closed and what it has lent.
 */
final class SliceInput implements BatonInput {
    private final ReadHandle handle;
    private final RangeReader reader;
    private final ReadAhead ahead;
    private final FidTable fids;
    private final BufferPool pool;
    private final ClientConfig config;
    private final FileInfo info;
    private final Traffic traffic;
    private final Consumer<SliceInput> onClose;
    private final Set<LentBytes> lent = ConcurrentHashMap.newKeySet();
    private volatile boolean closed;

    SliceInput(
            ReadHandle handle, RangeReader reader, ReadAhead ahead, FidTable fids, BufferPool pool,
            ClientConfig config, Traffic traffic, Consumer<SliceInput> onClose) throws IOException {
        this.handle = handle;
        this.reader = reader;
        this.ahead = ahead;
        this.fids = fids;
        this.pool = pool;
        this.config = config;
        this.info = handle.current().info();
        this.traffic = traffic;
        this.onClose = onClose;
    }

    @Override
    public FileInfo info() {
        return info;
    }

    @Override
    public long lengthBytes() {
        return handle.visibleBytes();
    }

    @Override
    public long refreshLength() throws IOException {
        checkOpen();
        return handle.refreshLength();
    }

    @Override
    public int read(long position, ByteBuffer destination) throws IOException {
        checkOpen();
        checkPosition(position);
        long visibleBytes = handle.visibleBytes();
        if (!destination.hasRemaining()) {
            return 0;
        }
        if (position >= visibleBytes) {
            return -1;
        }
        int wanted = (int) Math.min(destination.remaining(), visibleBytes - position);
        ByteBuffer target = destination.slice(destination.position(), wanted);
        ReadView view = handle.current();
        int served = ahead.serve(position, target, view, visibleBytes);
        traffic.copied(served);
        if (served < wanted) {
            fetch(position + served, target);
        }
        ahead.note(position, wanted, target.isDirect(), handle.current(), visibleBytes);
        destination.position(destination.position() + wanted);
        traffic.read(wanted);
        return wanted;
    }

    @Override
    public Optional<LentBytes> lend(long position, int mostBytes) throws IOException {
        checkOpen();
        checkPosition(position);
        if (mostBytes < 1) {
            throw new BatonException(ErrorCode.INVALID_ARGUMENT,
                    mostBytes + " bytes of " + handle.path() + " were to be lent");
        }
        long visibleBytes = handle.visibleBytes();
        if (position >= visibleBytes) {
            return Optional.empty();
        }
        int wanted = (int) Math.min(mostBytes, visibleBytes - position);
        ReadView view = handle.current();
        ReadWindow window = ahead.held(position);
        if (window == null) {
            window = windowOf(position, wanted);
        }
        if (window == null) {
            return Optional.empty();
        }
        ByteBuffer bytes;
        try {
            bytes = window.lend(position, wanted);
        } finally {
            window.letGo();
        }
        if (bytes == null) {
            return Optional.empty();
        }
        LentBytes out = new LentBytes(bytes, window, lent::remove);
        lent.add(out);
        if (closed) {
            out.close();
            throw Failures.closedStream();
        }
        ahead.note(position, bytes.remaining(), false, view, visibleBytes);
        traffic.read(bytes.remaining());
        return Optional.of(out);
    }

    /** Reads into a pooled buffer that can be lent; null if there is none now. */
    private ReadWindow windowOf(long position, int wanted) throws IOException {
        ByteBuffer buffer = pool.mayLend() ? pool.tryTake() : null;
        if (buffer == null) {
            return null;
        }
        int length = Math.min(wanted, buffer.capacity());
        boolean filled = false;
        try {
            reader.read(List.of(new FileRange(handle.path(), position, buffer.slice(0, length), 0)));
            filled = true;
        } finally {
            if (!filled) {
                pool.give(buffer);
            }
        }
        return new ReadWindow(position, length, buffer, pool, List.of());
    }

    private void checkPosition(long position) throws BatonException {
        if (position < 0) {
            throw new BatonException(ErrorCode.INVALID_ARGUMENT,
                    "position " + position + " of " + handle.path() + " is negative");
        }
    }

    @Override
    public void readVectored(List<RangeRead> ranges) throws IOException {
        checkOpen();
        long visibleBytes = handle.visibleBytes();
        List<RangeRead> within = new ArrayList<>(ranges.size());
        for (RangeRead range : ranges) {
            int wanted = range.destination().remaining();
            if (range.position() < 0 || range.position() > visibleBytes - wanted) {
                range.done().completeExceptionally(new BatonException(ErrorCode.INVALID_ARGUMENT, wanted
                        + " bytes at offset " + range.position() + " of " + handle.path() + " are not all within its "
                        + visibleBytes + " bytes"));
            } else {
                within.add(range);
            }
        }
        new VectoredRead(handle.path(), reader, pool, config.parallelReads(), traffic).of(within);
    }

    @Override
    public void setReadAhead(long bytes) {
        ahead.atMost(bytes < 0 ? config.readAheadBytes() : (int) Math.min(bytes, config.bufferBytes()));
    }

    @Override
    public void unbuffer() {
        ahead.drop();
    }

    /** Fills the rest of the target, through pooled memory unless the target can be written to directly. */
    private void fetch(long position, ByteBuffer target) throws IOException {
        if (target.isDirect()) {
            reader.read(List.of(new FileRange(handle.path(), position, target.slice(), 0)));
            return;
        }
        ByteBuffer rest = target.slice();
        while (rest.hasRemaining()) {
            List<ByteBuffer> taken = new ArrayList<>();
            try {
                List<FileRange> ranges = ranges(position + rest.position(), rest.remaining(), taken);
                reader.read(ranges, part -> {
                    ByteBuffer from = part.target();
                    rest.put((int) (part.position() - position), from, from.position(), from.remaining());
                    traffic.copied(from.remaining());
                });
                ranges.forEach(range -> rest.position(rest.position() + range.target().remaining()));
            } finally {
                taken.forEach(pool::give);
            }
        }
    }

    private List<FileRange> ranges(long position, int lengthBytes, List<ByteBuffer> taken) {
        List<FileRange> ranges = new ArrayList<>();
        long next = position;
        int left = lengthBytes;
        while (left > 0 && taken.size() < config.parallelReads()) {
            ByteBuffer buffer = taken.isEmpty() ? pool.take() : pool.tryTake();
            if (buffer == null) {
                break;
            }
            taken.add(buffer);
            int length = Math.min(left, buffer.capacity());
            ranges.add(new FileRange(handle.path(), next, buffer.slice(0, length), 0));
            next += length;
            left -= length;
        }
        return ranges;
    }

    private void checkOpen() throws BatonException {
        if (closed) {
            throw Failures.closedStream();
        }
    }

    @Override
    public void close() {
        synchronized (this) {
            if (closed) {
                return;
            }
            closed = true;
        }
        ahead.close();
        lent.forEach(LentBytes::leave);
        fids.closeAll();
        onClose.accept(this);
    }
}
