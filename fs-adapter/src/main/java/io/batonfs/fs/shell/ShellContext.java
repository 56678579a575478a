package io.batonfs.fs.shell;

import io.batonfs.fs.BatonFileSystem;
import io.batonfs.model.BatonException;
import java.io.IOException;
import java.io.PrintStream;
import java.net.URI;
import java.util.List;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.util.StringUtils.TraditionalBinaryPrefix;

/**
 * What a subcommand runs in.
 *
 * @param conf the user's configuration
 * @param out  for what was asked for
 * @param err  for complaints
 */
record ShellContext(Configuration conf, PrintStream out, PrintStream err) {

    /**
     * The group that a path is in, by its URI or, where it has none, by fs.defaultFS.
     *
     * @throws IOException if that is no Baton group, or if it can't be reached
     */
    BatonFileSystem groupOf(Path path) throws IOException {
        FileSystem fs = path.getFileSystem(conf);
        if (fs instanceof BatonFileSystem group) {
            return group;
        }
        throw new IOException(path + " is in " + fs.getUri() + ", which is no Baton group: name a baton:// URI, or set"
                + " fs.defaultFS to one (-fs baton://host:port/)");
    }

    /** The group that stands last on the command line, if it does, or else that of fs.defaultFS. */
    BatonFileSystem groupOf(List<String> optionalUri) throws IOException {
        return groupOf(rootOf(optionalUri));
    }

    /** Likewise, its root. */
    Path rootOf(List<String> optionalUri) {
        URI uri = optionalUri.isEmpty() ? FileSystem.getDefaultUri(conf) : URI.create(optionalUri.get(0));
        return new Path(uri.getScheme(), uri.getAuthority(), "/");
    }

    /** A line of what a subcommand shows: a word and what there is to it. */
    void show(String word, Object value) {
        out.printf("%-12s %s%n", word, value);
    }

    /** Bytes as a number, or as people read them. */
    static String bytes(long bytes, boolean humanReadable) {
        return humanReadable ? TraditionalBinaryPrefix.long2String(bytes, "", 1) : Long.toString(bytes);
    }

    /** What to tell the user of a failure: Baton's own sentence where there is one, since it has the remedy in it. */
    static String sentence(Exception failure) {
        Throwable best = failure.getCause() instanceof BatonException ? failure.getCause() : failure;
        String message = best.getMessage();
        return message == null ? best.toString() : message.lines().findFirst().orElse(best.toString());
    }
}
