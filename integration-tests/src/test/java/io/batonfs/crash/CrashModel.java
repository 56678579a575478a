package io.batonfs.crash;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * What must be there after a crash, by what the writer was told. The step that was begun and not yet done may have
 * happened or not; everything else is certain.
 */
final class CrashModel {
    private final Map<String, Expected> files = new TreeMap<>();
    /** Names that may be missing, because the step that makes or removes them was under way. */
    private final Set<String> uncertain = new TreeSet<>();
    private Event begun;
    /** A rename that was under way: exactly one of its names must be there. */
    private Event halfRename;

    /**
     * A file that is to be found.
     *
     * @param content  number of its pattern
     * @param leastLength  acknowledged bytes
     * @param mostLength   bytes written at all
     */
    record Expected(long content, long leastLength, long mostLength) {
    }

    /**
     * A file that was found.
     *
     * @param length bytes
     * @param right  bytes from the start on that are those of the pattern
     */
    record Found(long content, long length, long right) {
    }

    /** Takes in what the writer said. */
    void add(Event event) {
        if (!event.done()) {
            begun = event;
            return;
        }
        begun = null;
        long length = event.length();
        switch (event.kind()) {
            case CREATE, FLUSH, CLOSE -> files.put(event.name(), new Expected(event.content(), length, length));
            case WRITE -> files.computeIfPresent(event.name(),
                    (name, known) -> new Expected(known.content(), known.leastLength(), length));
            case RENAME -> {
                files.remove(event.name());
                files.put(event.other(), new Expected(event.content(), length, length));
            }
            case DELETE -> files.remove(event.name());
            case COPY -> files.put(event.other(), new Expected(event.content(), length, length));
            default -> throw new IllegalStateException("unknown event " + event);
        }
    }

    /** The writer is dead: what it had begun is uncertain from now on. */
    void crash() {
        if (begun == null) {
            return;
        }
        Event event = begun;
        begun = null;
        Expected whole = new Expected(event.content(), event.length(), event.length());
        switch (event.kind()) {
            case CREATE -> addUncertain(event.name(), whole);
            case WRITE, FLUSH, CLOSE -> files.computeIfPresent(event.name(),
                    (name, known) -> new Expected(known.content(), known.leastLength(), event.length()));
            case RENAME -> {
                uncertain.add(event.name());
                addUncertain(event.other(), whole);
                halfRename = event;
            }
            case DELETE -> uncertain.add(event.name());
            case COPY -> addUncertain(event.other(), whole);
            default -> throw new IllegalStateException("unknown event " + event);
        }
    }

    private void addUncertain(String name, Expected expected) {
        uncertain.add(name);
        files.put(name, expected);
    }

    /** The content number that a file must have; for names that nobody expects, 0. */
    long contentOf(String name) {
        Expected expected = files.get(name);
        return expected == null ? 0 : expected.content();
    }

    /** What is wrong with what was found, a sentence each. */
    List<String> problems(Map<String, Found> found) {
        List<String> problems = new ArrayList<>();
        files.forEach((name, expected) -> {
            Found there = found.get(name);
            if (there != null) {
                check(name, expected, there, problems);
            } else if (!uncertain.contains(name)) {
                problems.add(name + " is gone");
            }
        });
        found.keySet().stream().filter(name -> !files.containsKey(name))
                .forEach(name -> problems.add(name + " is there, though it was deleted, renamed, or never made"));
        if (halfRename != null
                && found.containsKey(halfRename.name()) == found.containsKey(halfRename.other())) {
            problems.add("of " + halfRename.name() + " and " + halfRename.other() + " exactly one should be there");
        }
        return problems;
    }

    private static void check(String name, Expected expected, Found there, List<String> problems) {
        if (there.length() < expected.leastLength()) {
            problems.add(name + " has " + there.length() + " bytes, though " + expected.leastLength()
                    + " were acknowledged");
        } else if (there.length() > expected.mostLength()) {
            problems.add(name + " has " + there.length() + " bytes, though only " + expected.mostLength()
                    + " were written");
        }
        if (there.right() < there.length()) {
            problems.add(name + " has a wrong byte at " + there.right());
        }
    }

    /** From now on what was found is certain, for the next round: nothing of it may change any more. */
    void settle(Map<String, Found> found) {
        files.clear();
        uncertain.clear();
        halfRename = null;
        found.forEach((name, there) ->
                files.put(name, new Expected(there.content(), there.length(), there.length())));
    }

    /** How many files are expected. */
    int size() {
        return files.size();
    }
}
