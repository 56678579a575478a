package io.batonfs.crash;

/**
 * What a writer says it is about to do, or has been told is done; one line each.
 *
 * @param done    whether it is done; otherwise it has been begun
 * @param kind    what
 * @param name    the file
 * @param other   another name: target of a rename or copy; "-" if there is none
 * @param content number of the file's {@link Pattern}
 * @param length  length of the file afterwards
 */
record Event(boolean done, Kind kind, String name, String other, long content, long length) {

    /** What a writer does. */
    enum Kind {
        /** Makes an empty file and keeps it open. */
        CREATE,
        /** Appends to the open file and flushes. */
        FLUSH,
        /** Appends to the open file without flushing: nothing is promised. */
        WRITE,
        CLOSE,
        RENAME,
        DELETE,
        /** Copies a closed file by token. */
        COPY
    }

    String line() {
        return (done ? "done" : "begin") + " " + kind + " " + name + " " + other + " " + content + " " + length;
    }

    static Event of(String line) {
        String[] words = line.split(" ");
        return new Event(words[0].equals("done"), Kind.valueOf(words[1]), words[2], words[3],
                Long.parseLong(words[4]), Long.parseLong(words[5]));
    }
}
