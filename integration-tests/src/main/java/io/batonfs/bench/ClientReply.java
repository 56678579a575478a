package io.batonfs.bench;

import com.fasterxml.jackson.core.JsonProcessingException;
import java.io.IOException;
import java.util.Optional;

/** What a client answers, as a line: that it did what it was told, a figure, or why not. */
final class ClientReply {
    private static final String DONE = "done";
    private static final String FIGURE = "figure ";
    private static final String FAILED = "failed ";

    private ClientReply() {
    }

    static String done() {
        return DONE;
    }

    static String figure(Figure figure) throws JsonProcessingException {
        return FIGURE + FigureJson.write(figure);
    }

    /** The error and what caused it, in one line. */
    static String failed(Throwable error) {
        StringBuilder text = new StringBuilder(FAILED).append(error);
        for (Throwable cause = error.getCause(); cause != null; cause = cause.getCause()) {
            text.append("; because of ").append(cause);
        }
        return text.toString().replaceAll("\\s*[\\r\\n]+\\s*", " | ");
    }

    /**
     * Reads an answer.
     *
     * @param who for the message if it failed
     * @throws IOException if the client could not do what it was told, with what it said
     */
    static Optional<Figure> read(String who, String line) throws IOException {
        if (line.equals(DONE)) {
            return Optional.empty();
        }
        if (line.startsWith(FIGURE)) {
            return Optional.of(FigureJson.read(line.substring(FIGURE.length())));
        }
        throw new IOException(who + ": " + (line.startsWith(FAILED) ? line.substring(FAILED.length()) : line));
    }
}
