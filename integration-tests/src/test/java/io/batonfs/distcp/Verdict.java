package io.batonfs.distcp;

/** What becomes of an option; the words of conf/distcp.md. */
enum Verdict {
    /** No byte of a file passes through the client. */
    OFFLOADED,
    /** What is copied is copied through the client, as by the stock tool. */
    STREAMED,
    /** The job isn't run. */
    REFUSED
}
