package io.batonfs.server.daemon;

import io.batonfs.catalog.ExtentUse;
import io.batonfs.protocol.ScrubStanding;
import io.batonfs.server.PoolName;
import io.batonfs.server.audit.VisibleText;
import io.batonfs.server.local.CheckedGroup;
import io.batonfs.server.local.Damage;
import java.io.PrintWriter;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.apache.hadoop.util.StringUtils.TraditionalBinaryPrefix;

/** What a check of a group found, as people read it. Stateless. */
final class CheckReport {

    private CheckReport() {
    }

    /** Prints it: what is lost, with the files; what else is wrong; what was or can be mended; whether all is well. */
    static void print(CheckedGroup found, PrintWriter out) {
        printFindings(found, "", out);
        if (found.mendedBlocks() > 0) {
            out.println(found.repaired()
                    ? "MENDED " + found.mendedBlocks() + " blocks that were wrong somewhere, from redundancy"
                    : "WRONG " + found.mendedBlocks() + " blocks are wrong somewhere and can be mended from redundancy; "
                            + "run \"baton fsck --repair\", or let the server do it as it meets them");
        }
        printStrays(found, out);
        out.println(found.group() + ": " + bytes(found.dataBytes()) + " read, " + found.extents()
                + " extents compared with the catalog");
        out.println(found.isSound() ? sound(found) : "not sound: " + verdict(found, "damaged"));
    }

    /**
     * Prints what is known of a group that runs: the same, of which no block was read for it, and when scrubbing has read
     * them.
     *
     * @param scrubbed whether it was asked to do so first
     */
    static void printKnown(CheckedGroup found, List<ScrubStanding> passes, boolean scrubbed, PrintWriter out) {
        printFindings(found, "; without --running, of the stopped group, more of it is", out);
        printStrays(found, out);
        out.println(found.group() + ": " + found.extents() + " extents compared with the catalog; no block was read"
                + (scrubbed ? " but by scrubbing" : "") + ", and nothing compared with writers' checksums:");
        passes.forEach(set -> out.println("  " + visible(pass(set))));
        if (!scrubbed) {
            out.println("\"baton fsck --running --scrub\" has scrubbing read all blocks first");
        }
        out.println(found.isSound() ? sound(found) + ", as far as is known"
                : "not sound: " + verdict(found, "known to be damaged"));
    }

    /** What is known of the blocks of a set of devices. */
    private static String pass(ScrubStanding set) {
        String who = set.server() + (set.set() == PoolName.FIRST_SET ? "" : ", set " + set.set()) + ": ";
        if (!set.isOn()) {
            return who + "scrubbing is off: " + set.offBecause();
        }
        String last = set.lastWholePassMs() == 0 ? "no full pass of scrubbing has ended yet"
                : "the last full pass of scrubbing ended " + age(set.lastWholePassAgoMs()) + " ago"
                        + (set.findingsKnown() ? "" : ", before the server was started: what it found is not known any more");
        return who + last + (set.underWay() ? "; " + set.percent() + " % of one are done" : "")
                + (set.paused() ? "; it is paused" : "");
    }

    private static String age(long ms) {
        long minutes = TimeUnit.MILLISECONDS.toMinutes(ms);
        if (minutes < 2 * 60) {
            return minutes + " min";
        }
        return minutes < 2 * 24 * 60 ? minutes / 60 + " h" : minutes / (24 * 60) + " days";
    }

    private static void printFindings(CheckedGroup found, String unnamedHint, PrintWriter out) {
        LostPages.of(found.damage()).forEach(page -> page.joined().ifPresentOrElse(
                many -> printJoined(many, found.catalogRead(), out),
                () -> page.parts().forEach(lost -> printDamage(lost, found.catalogRead(), out))));
        if (found.unnamedBytes() > 0) {
            out.println("LOST  " + bytes(found.unnamedBytes()) + " more, too much to be named" + unnamedHint);
        }
        if (found.leftoverBytes() > 0) {
            out.println("LOST  " + bytes(found.leftoverBytes()) + " more in segments that nobody reads");
        }
        found.problems().forEach(problem -> out.println("WRONG " + visible(problem)));
    }

    private static void printStrays(CheckedGroup found, PrintWriter out) {
        if (found.strayExtents() > 0) {
            out.println("no route leads to " + found.strayExtents() + " extents, " + bytes(found.strayBytes())
                    + "; the server gives their space back");
        }
    }

    private static String sound(CheckedGroup found) {
        boolean mended = found.repaired() && found.mendedBlocks() > 0;
        boolean nothingLost = found.damage().isEmpty() && found.leftoverBytes() == 0;
        return (mended ? "sound now" : "sound") + (nothingLost ? "" : ": what is lost is in no file");
    }

    private static String verdict(CheckedGroup found, String damaged) {
        if (!found.catalogRead()) {
            return "the catalog can't be read";
        }
        long places = found.damage().stream().flatMap(lost -> lost.uses().stream()).map(ExtentUse::place).distinct()
                .count();
        boolean untold = found.damage().stream().anyMatch(lost -> lost.seen().morePlaces() > 0);
        if (places == 0 && !untold && found.unnamedBytes() == 0) {
            return found.allRead()
                    ? "no file is " + damaged + ", but not all is as it should be" + left(found)
                    : "not all could be looked at, so files may be damaged all the same; what is told as WRONG says why";
        }
        if (places == 0 && !untold) {
            return "more is damaged than can be named, so files may be, too; what is told as WRONG says where"
                    + (found.allRead() ? "" : "; not all could be looked at");
        }
        return places + " places" + (untold ? " and more" : "")
                        + " show damaged bytes; restore those files from another copy"
                        + (found.allRead() ? "" : "; not all could be looked at");
    }

    /** What a repair leaves is somebody else's to do. */
    private static String left(CheckedGroup found) {
        return found.repaired() ? "; what is told as WRONG is not for redundancy to mend" : "";
    }

    private static void printDamage(Damage lost, boolean catalogRead, PrintWriter out) {
        out.println(line(lost));
        if (!lost.seen().isSeen()) {
            out.println("      " + (catalogRead ? "in no file" : "in which file is not known"));
        }
        List<ExtentUse> uses = lost.uses();
        uses.forEach(use -> out.println("      " + visible(use.place()) + "  " + range(use.offset(), use.lengthBytes())));
        long more = lost.seen().morePlaces();
        if (more > 0) {
            out.println("      and " + (more == Long.MAX_VALUE ? "more places than can be counted" : more + " more places"));
        }
    }

    private static void printJoined(LostPages.Joined many, boolean catalogRead, PrintWriter out) {
        out.println(where(many.first()) + many.count() + " ranges of " + range(many.begin(), many.end() - many.begin())
                + ", " + many.lostBytes() + " bytes in all: " + visible(many.first().reason()));
        many.places().forEach(place -> out.println("      " + visible(place.name()) + "  in "
                + range(place.begin(), place.end() - place.begin()) + ", " + place.lostBytes() + " bytes in all"));
        if (many.morePlaces()) {
            out.println("      and more places");
        }
        if (many.unseen()) {
            out.println("      " + (catalogRead ? (many.places().isEmpty() ? "in no file" : "the others in no file")
                    : "in which file is not known"));
        }
    }

    /** What is lost, without the places that show it. */
    static String line(Damage lost) {
        return where(lost) + range(lost.offset(), lost.lengthBytes()) + ": " + visible(lost.reason());
    }

    private static String where(Damage lost) {
        String pool = lost.pool().isEmpty() ? "" : ", pool " + lost.pool();
        return "LOST  " + lost.server() + pool + ", " + lost.volume() + ", page " + lost.page() + ", " + lost.extent() + ", ";
    }

    private static String range(long offset, long lengthBytes) {
        return "bytes " + offset + " to " + (offset + lengthBytes);
    }

    private static String bytes(long count) {
        return TraditionalBinaryPrefix.long2String(count, "", 1);
    }

    /** Names are their users' to choose; on a terminal they must not look like anything else. */
    private static String visible(String text) {
        return VisibleText.of(text);
    }
}
