package io.batonfs.histories;

import java.util.SortedMap;
import java.util.TreeMap;

/** How an operation ended, as its caller saw it. */
interface Outcome {
    /** The caller was not told, or does not know: it may have happened, or may yet. */
    Outcome UNKNOWN = new Unknown();
    /** The caller was told that it did not happen and to try later. */
    Outcome NOT_NOW = new NotNow();

    /** As one line, for another JVM. */
    String line();

    /** The outcome of a line. */
    static Outcome of(String line) {
        String[] field = line.split(" ");
        switch (field[0]) {
            case "returned":
                return new Returned(Boolean.parseBoolean(field[1]));
            case "failed":
                return new Failed(field[1]);
            case "directory":
                return new Directory();
            case "file":
                return new FileSeen(Integer.parseInt(field[1]));
            case "content":
                return new Content(Integer.parseInt(field[1]), Integer.parseInt(field[2]));
            case "entries":
                SortedMap<String, Integer> entries = new TreeMap<>();
                for (int i = 1; i < field.length; i += 2) {
                    entries.put(field[i], Integer.parseInt(field[i + 1]));
                }
                return new Entries(entries);
            case "unknown":
                return UNKNOWN;
            case "not-now":
                return NOT_NOW;
            default:
                throw new IllegalArgumentException("no outcome: " + line);
        }
    }

    /** It returned this; true where there is nothing to return. */
    record Returned(boolean value) implements Outcome {
        @Override
        public String line() {
            return "returned " + value;
        }
    }

    /** It threw this, and changed nothing. */
    record Failed(String exception) implements Outcome {
        @Override
        public String line() {
            return "failed " + exception;
        }
    }

    /** There is a directory. */
    record Directory() implements Outcome {
        @Override
        public String line() {
            return "directory";
        }
    }

    /** There is a file of this length. */
    record FileSeen(int length) implements Outcome {
        @Override
        public String line() {
            return "file " + length;
        }
    }

    /**
     * Bytes were read.
     *
     * @param value what each of them was; 0 if there were none, -1 if they differed
     */
    record Content(int length, int value) implements Outcome {
        @Override
        public String line() {
            return "content " + length + " " + value;
        }
    }

    /**
     * Entries were listed.
     *
     * @param lengths by name; {@link #DIRECTORY} for a directory
     */
    record Entries(SortedMap<String, Integer> lengths) implements Outcome {
        /** In place of a length. */
        static final int DIRECTORY = -1;

        @Override
        public String line() {
            StringBuilder line = new StringBuilder("entries");
            lengths.forEach((name, length) -> line.append(' ').append(name).append(' ').append(length));
            return line.toString();
        }
    }

    /** See {@link #UNKNOWN}. */
    record Unknown() implements Outcome {
        @Override
        public String line() {
            return "unknown";
        }
    }

    /** See {@link #NOT_NOW}. */
    record NotNow() implements Outcome {
        @Override
        public String line() {
            return "not-now";
        }
    }
}
