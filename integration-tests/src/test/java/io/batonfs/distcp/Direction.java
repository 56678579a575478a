package io.batonfs.distcp;

/** From where to where a copy goes; the columns of conf/distcp.md. */
enum Direction {
    INSIDE_BATON("baton", "baton"),
    FROM_HDFS("hdfs", "baton"),
    TO_HDFS("baton", "hdfs");

    private final String source;
    private final String target;

    Direction(String source, String target) {
        this.source = source;
        this.target = target;
    }

    /** Scheme of the source. */
    String source() {
        return source;
    }

    /** Scheme of the target. */
    String target() {
        return target;
    }
}
