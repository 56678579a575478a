package io.batonfs.catalog.ratis;

import static org.apache.ratis.server.RaftServerConfigKeys.Log.Appender.BUFFER_BYTE_LIMIT_DEFAULT;

import io.batonfs.model.BatonException;
import io.batonfs.model.ErrorCode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.apache.ratis.server.RaftServerConfigKeys.Log.CorruptionPolicy;
import org.apache.ratis.server.raftlog.segmented.LogSegment;
import org.apache.ratis.server.raftlog.segmented.LogSegmentPath;
import org.apache.ratis.util.SizeInBytes;

/**
 * Looks at the log's files before Ratis opens them. Ratis refuses an entry whose checksum is wrong, but only warns of a
 * closed segment that ends too early or begins too late; so this reads all segments, with Ratis' own reader, and counts.
 */
final class LogInspection {
    private static final Pattern CLOSED = Pattern.compile("log_(\\d+)-(\\d+)");
    private static final Pattern OPEN = Pattern.compile("log_inprogress_(\\d+)");
    /** As Ratis' own reader has it. */
    private static final SizeInBytes MAX_ENTRY = BUFFER_BYTE_LIMIT_DEFAULT;

    private LogInspection() {
    }

    /** Ratis would open the other group's log beside, with this machine. */
    static void refuseOtherGroups(CatalogLogConfig config) throws IOException {
        try (Stream<Path> groups = Files.list(config.raftDirectory())) {
            Path other = groups.filter(Files::isDirectory)
                    .filter(p -> !p.equals(config.groupDirectory()))
                    .findFirst().orElse(null);
            if (other != null) {
                throw new BatonException(ErrorCode.INVALID_ARGUMENT, "the catalog in " + config.directory()
                        + " is not of group " + config.group().value() + ": it holds " + other.getFileName()
                        + "; give the directory of the right group, or an empty one");
            }
        }
    }

    /** Reads all segments. A last entry that was being written when the power went is cut off. */
    static void refuseDamage(CatalogLogConfig config) throws IOException {
        long next = newestSnapshot(config.groupDirectory().resolve("sm")) + 1;
        boolean first = true;
        for (Segment segment : segments(config.groupDirectory().resolve("current"))) {
            // the first one may begin before the newest snapshot ends, but not after
            if (first ? segment.start > next : segment.start != next) {
                throw damaged(segment.path, "entries " + next + " to " + (segment.start - 1) + " before it are missing",
                        null);
            }
            first = false;
            next = segment.start + count(segment);
        }
    }

    private static long count(Segment segment) throws IOException {
        if (segment.isOpen()) {
            LogTail.cutTorn(segment.path);
        }
        int found;
        try {
            found = LogSegment.readSegmentFile(segment.path.toFile(),
                    LogSegmentPath.matchLogSegment(segment.path).getStartEnd(), MAX_ENTRY, CorruptionPolicy.EXCEPTION,
                    null, null);
        } catch (IOException | RuntimeException e) {
            throw damaged(segment.path, e.getMessage(), e);
        }
        if (!segment.isOpen() && found != segment.end - segment.start + 1) {
            throw damaged(segment.path,
                    "it has " + found + " entries and not " + (segment.end - segment.start + 1), null);
        }
        return found;
    }

    private static long newestSnapshot(Path snapshots) throws IOException {
        long newest = -1;
        for (Path directory : list(snapshots)) {
            Matcher name = SnapshotDirectory.NAME.matcher(directory.getFileName().toString());
            if (name.matches()) {
                newest = Math.max(newest, Long.parseLong(name.group(2)));
            }
        }
        return newest;
    }

    private static List<Segment> segments(Path current) throws IOException {
        List<Segment> found = new ArrayList<>();
        for (Path file : list(current)) {
            Matcher closed = CLOSED.matcher(file.getFileName().toString());
            Matcher open = OPEN.matcher(file.getFileName().toString());
            if (closed.matches()) {
                found.add(new Segment(file, Long.parseLong(closed.group(1)), Long.parseLong(closed.group(2))));
            } else if (open.matches()) {
                found.add(new Segment(file, Long.parseLong(open.group(1)), -1));
            }
        }
        found.sort(Comparator.comparingLong(Segment::start));
        return found;
    }

    private static List<Path> list(Path directory) throws IOException {
        if (!Files.isDirectory(directory)) {
            return List.of();
        }
        try (Stream<Path> files = Files.list(directory)) {
            return files.toList();
        }
    }

    private static BatonException damaged(Path segment, String reason, Throwable cause) {
        return new BatonException(ErrorCode.DATA_LOST, "the catalog's log is damaged: " + segment + ": " + reason
                + "; put it back from a backup, or in a group empty this peer's directory: the others fill it", cause);
    }

    /** @param end the last entry, or -1 while the segment is being written */
    private record Segment(Path path, long start, long end) {
        boolean isOpen() {
            return end < 0;
        }
    }
}
