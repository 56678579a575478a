package io.batonfs.server.storage;

import io.batonfs.model.ServerId;
import io.batonfs.pools.DeviceHealth;
import io.batonfs.server.PoolName;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;

/**
 * How a device of a storage server is at one moment, for people who look after it.
 *
 * @param server     the storage server
 * @param set        the number of its set, from 1
 * @param health     what is known of it, with its place in the set
 * @param isHung     whether it has not answered for longer than {@link DeviceRules} allow
 * @param isGoingBad whether damage keeps coming, by the same rules
 */
public record DeviceReport(ServerId server, int set, DeviceHealth health, boolean isHung, boolean isGoingBad) {

    /** Checks for nulls. */
    public DeviceReport {
        Objects.requireNonNull(server, "server");
        Objects.requireNonNull(health, "health");
    }

    /** Its place among those of the server, as orders name it; 0 of a spare. */
    public int place() {
        return health.place() == 0 ? 0 : PoolName.placeInServer(set, health.place());
    }

    /** For how many seconds it has not answered, a force or anything else. */
    public long unansweredSeconds() {
        return TimeUnit.MILLISECONDS.toSeconds(Math.max(health.unansweredMs(), health.forcingMs()));
    }

    /** The order that has another device take its place while it still serves. */
    public String retirement() {
        return "\"baton devices retire " + server.value() + " " + place() + " NEWPATH\"";
    }

    /** Which it is, as a sentence begins. */
    String who() {
        return server + ", set " + set + ": " + switch (health.role()) {
            case MEMBER -> "the device in place " + place();
            case SUCCESSOR -> "the device that is to have place " + place() + " next";
            case SPARE -> "the spare";
            case FORMER -> place() == 0 ? "a spare that was taken out" : "the device that was in place " + place()
                    + " and was taken out";
        } + ", " + health.device() + ",";
    }

    /** That it does not answer, and what to do. */
    public String hungSentence() {
        // A sound force may be the older one, and is not why.
        boolean isForce = health.forcingMs() > DeviceRules.FORCE_TIMES * health.unansweredMs();
        return who() + (isForce ? " has not ended a force for " : " has not answered for ")
                + TimeUnit.MILLISECONDS.toSeconds(isForce ? health.forcingMs() : health.unansweredMs())
                + " s: see its cable, its power and the kernel's log. Whatever waits for it goes on when it answers. If "
                + "it never does, take the device away, so that the kernel fails what waits, end the server and "
                + "start it again" + switch (health.role()) {
                    case MEMBER -> "; then \"baton devices replace " + server.value() + " " + place()
                            + " PATH\" puts another one in its place";
                    case SUCCESSOR -> "; the one that has the place keeps it";
                    case SPARE -> " without it";
                    case FORMER -> "; it is none of the set's any more";
                };
    }

    /** That damage keeps coming, and what to do. */
    String goingBadSentence() {
        return who() + " is going bad: " + health.damagedInADay() + " blocks on it were damaged within the last day, "
                + health.damagedBlocks() + " since the start, of which " + health.mendedBlocks()
                + " were mended from redundancy; " + advice();
    }

    /** What to do about a device that is going bad; nothing that would be refused. */
    public String advice() {
        if (health.isFollowed()) {
            return "its successor is being brought up";
        }
        return switch (health.role()) {
            case MEMBER -> "have another one take its place: with " + retirement() + " while all pools have it, with \"baton "
                    + "devices replace " + server.value() + " " + place() + " NEWPATH\" if one is without it; "
                    + "where a pool takes no changes, see to that first";
            case SUCCESSOR -> "it is to have the place next: \"baton devices retire " + server.value() + " " + place()
                    + " --cancel\" keeps the one that has it";
            case SPARE -> "take it out with \"baton devices remove " + server.value() + " --spare " + health.device() + "\"";
            case FORMER -> "it is none of the set's any more";
        };
    }

    /** What an operator should know, a sentence each. */
    List<String> problems() {
        List<String> problems = new ArrayList<>();
        if (isHung) {
            problems.add(hungSentence());
        }
        if (isGoingBad) {
            problems.add(goingBadSentence());
        }
        return problems;
    }
}
