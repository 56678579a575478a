package io.batonfs.pages;

import io.batonfs.model.BatonException;

/** Hears how an I/O ended. Called exactly once, on any thread; must not block. */
public interface IoCompletion {

    /** All bytes were transferred. */
    void completed();

    /** Nothing may be concluded about the destination's bytes; for a write, none was acknowledged. */
    void failed(BatonException cause);
}
