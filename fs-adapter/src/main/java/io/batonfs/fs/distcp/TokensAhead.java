package io.batonfs.fs.distcp;

import io.batonfs.fs.BatonFileStatus;
import io.batonfs.fs.BatonFileSystem;
import io.batonfs.fs.FileToken;
import java.io.IOException;
import java.net.URI;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.tools.DistCpConstants;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tokens for the files that a task copies next, asked for many at a time: each saves its copy a command of the catalog.
 * A token is used only if the file, looked at when its own copy begins, still is what the token stands for. What has
 * no token, or one that is refused, is copied with one of its own.
 *
 * <p>How many are asked for at a time doubles as long as all that were given are used, and falls to none for the rest of
 * the task when none of them is: the files may be in place already, just written, or elsewhere. One thread.
 */
final class TokensAhead {
    private static final Logger LOG = LoggerFactory.getLogger(TokensAhead.class);

    /** So many, that a task of a few files does not ask in vain for many. */
    static final int FIRST = 8;

    /** A call of 128 costs each file some hundredths of what one of its own does; more would gain nothing. */
    static final int MOST = 128;

    private final Map<Path, FileToken> tokens = new HashMap<>();
    private final Configuration conf;
    private int next = FIRST;
    private boolean asked;
    private int given;
    private int used;

    TokensAhead(Configuration conf) {
        this.conf = conf;
    }

    /** How many files to ask for next, by what became of the last tokens; 0 for none any more. */
    int batchFiles() {
        if (asked) {
            next = used == 0 ? 0 : used == given ? Math.min(MOST, 2 * next) : next;
            asked = false;
        }
        return next;
    }

    /** Asks for tokens of files, in place of those that are left from the last time. */
    void ask(List<Path> listed) {
        tokens.clear();
        given = 0;
        used = 0;
        List<Path> files = listed.stream().filter(file -> isBesideFirst(file, listed)).toList();
        // One alone gains nothing: its copy asks with what it knows of the file.
        if (files.size() < 2) {
            return;
        }
        asked = true;
        try {
            Path target = new Path(conf.get(DistCpConstants.CONF_LABEL_TARGET_WORK_PATH));
            FileSystem from = files.get(0).getFileSystem(conf);
            FileSystem to = target.getFileSystem(conf);
            if (!(from instanceof BatonFileSystem) || !(to instanceof BatonFileSystem)
                    || !((BatonFileSystem) from).isOfSameGroup((BatonFileSystem) to)) {
                return;
            }
            List<Optional<FileToken>> answers = ((BatonFileSystem) from).offloadTokens().ofFiles(files);
            for (int i = 0; i < answers.size(); i++) {
                Path file = files.get(i);
                answers.get(i).ifPresent(token -> tokens.put(file, token));
            }
            given = tokens.size();
        } catch (IOException | UnsupportedOperationException e) {
            LOG.debug("No tokens for {} files at once, from {} on: each will ask for its own", files.size(),
                    files.get(0), e);
        }
    }

    /** Whether a file is in the file system of the first; a listing may have several. */
    private static boolean isBesideFirst(Path file, List<Path> files) {
        URI first = files.get(0).toUri();
        return Objects.equals(file.toUri().getScheme(), first.getScheme())
                && Objects.equals(file.toUri().getAuthority(), first.getAuthority());
    }

    /** The token of a file, for one use, if the file is what it stands for. */
    Optional<FileToken> take(Path path, BatonFileStatus now) {
        FileToken token = tokens.remove(path);
        return Optional.ofNullable(token).filter(held -> held.standsFor(now));
    }

    /** A token that was taken has made its file. */
    void worked() {
        used++;
    }
}
