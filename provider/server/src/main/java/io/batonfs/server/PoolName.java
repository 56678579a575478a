package io.batonfs.server;

import java.util.Objects;

/**
 * What the name of a pool says. {@code fast@2} is the pool of the class of service {@code fast} on the second set of a
 * server's devices; those of the first set, with which the server was formatted, have no number. No setting can give a
 * pool a name with an "@". Device places count as {@code 100 * set + place} in further sets.
 *
 * @param className what storage policies and settings call it
 * @param set       the number of its set, from 1
 */
public record PoolName(String className, int set) {
    /** The devices that a server was formatted with. */
    public static final int FIRST_SET = 1;
    /** So that places and names stay short. */
    public static final int MOST_SETS = 99;

    private static final char SEPARATOR = '@';
    private static final int PLACES = 100;

    /** Checks the range. */
    public PoolName {
        Objects.requireNonNull(className, "className");
        if (set < FIRST_SET || set > MOST_SETS) {
            throw new IllegalArgumentException("there is no set " + set);
        }
    }

    /** Of a pool by its name. One that is no further set's is taken as it is. */
    public static PoolName of(String name) {
        int at = name.lastIndexOf(SEPARATOR);
        String number = name.substring(at + 1);
        if (at <= 0 || !number.matches("[1-9][0-9]?") || number.equals("1")) {
            return new PoolName(name, FIRST_SET);
        }
        return new PoolName(name.substring(0, at), Integer.parseInt(number));
    }

    /** Whether two pools, by their names, serve one class of service; policies don't know upper from lower case. */
    public static boolean areAlike(String one, String other) {
        return of(one).className.equalsIgnoreCase(of(other).className);
    }

    /** What a place of a set is called among all places of the server. */
    public static int placeInServer(int set, int place) {
        return set == FIRST_SET ? place : set * PLACES + place;
    }

    /** The set of a place of the server. */
    public static int setOfPlace(int placeInServer) {
        return placeInServer < (FIRST_SET + 1) * PLACES ? FIRST_SET : placeInServer / PLACES;
    }

    /** The place in its set of a place of the server; one that is out of range stays so. */
    public static int placeInSet(int placeInServer) {
        return setOfPlace(placeInServer) == FIRST_SET ? placeInServer : placeInServer % PLACES;
    }

    @Override
    public String toString() {
        return set == FIRST_SET ? className : className + SEPARATOR + set;
    }
}
