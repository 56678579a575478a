package io.batonfs.model;

import java.util.function.Function;

/**
 * Remembers what was made last of one thing that never changes, as long as it is asked for in the same way. Thread-safe.
 *
 * @param <S> the type of the thing
 */
public final class Memo<S> {
    /** Written without a lock: who misses it makes it once more. */
    private volatile Made<S> made;

    private record Made<S>(Function<S, ?> how, Object what) {
    }

    /** Remembers nothing yet. */
    public Memo() {
        // nothing was made
    }

    /**
     * What a function makes of the thing, which it is asked for only if the last one asked was another.
     *
     * @param thing the same at each call
     * @param how   gives what never changes, and the like whenever it is asked; known again by being the same object
     */
    @SuppressWarnings("unchecked") // what a function gave before is of the type that it gives
    public <T> T of(S thing, Function<S, T> how) {
        Made<S> known = made;
        if (known == null || known.how != how) {
            known = new Made<>(how, how.apply(thing));
            made = known;
        }
        return (T) known.what;
    }
}
