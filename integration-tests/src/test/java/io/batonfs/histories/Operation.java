package io.batonfs.histories;

import java.util.List;

/**
 * What a client does to a file system. Paths are absolute below the root of a history. A file is known by its tag: the
 * number of the operation that made it, which is also its length when it is closed and the value of each of its bytes.
 */
interface Operation {

    /** What to do for each kind of operation. */
    interface Visitor<T> {
        T create(Create operation);

        T close(Close operation);

        T mkdirs(Mkdirs operation);

        T delete(Delete operation);

        T rename(Rename operation);

        T renameTo(RenameTo operation);

        T cloneTree(CloneTree operation);

        T status(Status operation);

        T list(ListEntries operation);

        T read(Read operation);
    }

    /** Hands this to the visitor's method for it. */
    <T> T accept(Visitor<T> visitor);

    /** Paths that this looks at or changes; none for {@link Close}. */
    List<String> paths();

    /** Whether it can change anything: an observation can be left out of a history without making a legal one illegal. */
    default boolean changes() {
        return true;
    }

    /** As one line, for another JVM. */
    default String line() {
        String[] fields = toString().replaceAll("[a-zA-Z]+=", "").split("[\\[\\],]\\s*");
        return String.join(" ", fields);
    }

    /** The operation of a line. */
    static Operation of(String line) {
        String[] field = line.split(" ");
        switch (field[0]) {
            case "Create":
                return new Create(Integer.parseInt(field[1]), field[2], Boolean.parseBoolean(field[3]),
                        Boolean.parseBoolean(field[4]));
            case "Close":
                return new Close(Integer.parseInt(field[1]));
            case "Mkdirs":
                return new Mkdirs(field[1]);
            case "Delete":
                return new Delete(field[1], Boolean.parseBoolean(field[2]));
            case "Rename":
                return new Rename(field[1], field[2]);
            case "RenameTo":
                return new RenameTo(field[1], field[2], Boolean.parseBoolean(field[3]));
            case "CloneTree":
                return new CloneTree(field[1], field[2], Boolean.parseBoolean(field[3]));
            case "Status":
                return new Status(field[1]);
            case "ListEntries":
                return new ListEntries(field[1]);
            case "Read":
                return new Read(field[1]);
            default:
                throw new IllegalArgumentException("no operation: " + line);
        }
    }

    /** Makes a file and writes to it, without closing it. */
    record Create(int tag, String path, boolean overwrite, boolean recursive) implements Operation {
        @Override
        public <T> T accept(Visitor<T> visitor) {
            return visitor.create(this);
        }

        @Override
        public List<String> paths() {
            return List.of(path);
        }
    }

    /** Closes the file that the same client made. */
    record Close(int tag) implements Operation {
        @Override
        public <T> T accept(Visitor<T> visitor) {
            return visitor.close(this);
        }

        @Override
        public List<String> paths() {
            return List.of();
        }
    }

    /** Makes a directory and what is missing above it. */
    record Mkdirs(String path) implements Operation {
        @Override
        public <T> T accept(Visitor<T> visitor) {
            return visitor.mkdirs(this);
        }

        @Override
        public List<String> paths() {
            return List.of(path);
        }
    }

    /** Deletes. */
    record Delete(String path, boolean recursive) implements Operation {
        @Override
        public <T> T accept(Visitor<T> visitor) {
            return visitor.delete(this);
        }

        @Override
        public List<String> paths() {
            return List.of(path);
        }
    }

    /** {@code rename(source, destination)}: into a destination that is a directory. */
    record Rename(String source, String destination) implements Operation {
        @Override
        public <T> T accept(Visitor<T> visitor) {
            return visitor.rename(this);
        }

        @Override
        public List<String> paths() {
            return List.of(source, destination);
        }
    }

    /** {@code rename(source, destination, options)}: to exactly the destination. */
    record RenameTo(String source, String destination, boolean overwrite) implements Operation {
        @Override
        public <T> T accept(Visitor<T> visitor) {
            return visitor.renameTo(this);
        }

        @Override
        public List<String> paths() {
            return List.of(source, destination);
        }
    }

    /** Clones a file or tree. */
    record CloneTree(String source, String destination, boolean overwrite) implements Operation {
        @Override
        public <T> T accept(Visitor<T> visitor) {
            return visitor.cloneTree(this);
        }

        @Override
        public List<String> paths() {
            return List.of(source, destination);
        }
    }

    /** Changes nothing at its one path. */
    sealed interface Question extends Operation {

        /** What is looked at. */
        String path();

        @Override
        default List<String> paths() {
            return List.of(path());
        }

        @Override
        default boolean changes() {
            return false;
        }
    }

    /** Asks what is at a path. */
    record Status(String path) implements Question {
        @Override
        public <T> T accept(Visitor<T> visitor) {
            return visitor.status(this);
        }
    }

    /** Lists a directory, or a file as itself. */
    record ListEntries(String path) implements Question {
        @Override
        public <T> T accept(Visitor<T> visitor) {
            return visitor.list(this);
        }
    }

    /** Reads a whole file. */
    record Read(String path) implements Question {
        @Override
        public <T> T accept(Visitor<T> visitor) {
            return visitor.read(this);
        }
    }
}
