package io.batonfs.client;

import java.io.Closeable;
import java.nio.ByteBuffer;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;

/**
 * Bytes of a file in memory of the client's, lent to its user by {@link BatonInput#lend}. Thread-safe; ends once, by
 * being given back or by being left to the user, whichever comes first.
 */
public final class LentBytes implements Closeable {
    private final ByteBuffer bytes;
    private final AtomicReference<ReadWindow> window;
    private final Consumer<LentBytes> onEnd;

    /** @param onEnd told when they are lent no longer */
    LentBytes(ByteBuffer bytes, ReadWindow window, Consumer<LentBytes> onEnd) {
        this.bytes = bytes;
        this.window = new AtomicReference<>(window);
        this.onEnd = onEnd;
    }

    /** The bytes from position to limit, direct and read-only; always the same buffer. Not to be used once they are given back. */
    public ByteBuffer bytes() {
        return bytes;
    }

    /** Gives them back. Again does nothing, nor does it after their input was closed. */
    @Override
    public void close() {
        ReadWindow held = window.getAndSet(null);
        if (held != null) {
            onEnd.accept(this);
            held.takeBack();
        }
    }

    /** Leaves them to the user: nobody writes there any more. */
    void leave() {
        ReadWindow held = window.getAndSet(null);
        if (held != null) {
            onEnd.accept(this);
            held.leave();
        }
    }
}
