package io.batonfs.fs.distcp;

/** What became of copies that could have been by token; job counters. */
public enum OffloadCounter {
    /** Files (or chunks) copied by token. */
    OFFLOADED_COPIES,
    /** Bytes of them. */
    OFFLOADED_BYTES,
    /** Copies within a group that had to be streamed because the offload was refused (TOK-15). */
    FALLBACKS,
    /** Bytes of them. */
    FALLBACK_BYTES
}
