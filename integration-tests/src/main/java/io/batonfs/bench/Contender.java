package io.batonfs.bench;

/** What a row of work is done on. */
enum Contender {
    /** A NameNode and two DataNodes in a JVM of their own. */
    HDFS("HDFS"),
    /** {@code baton server} in a JVM of its own, over TCP. */
    BATON_DAEMON("daemon"),
    /** A Baton group inside the client's JVM. */
    BATON_EMBEDDED("embedded"),
    /** Plain files: what the operating system can do, without anything above it. */
    LOCAL_DISK("disk");

    private final String title;

    Contender(String title) {
        this.title = title;
    }

    /** Its name in reports. */
    String title() {
        return title;
    }
}
