package io.batonfs.catalog;

import java.nio.charset.StandardCharsets;

/** Texts of refusals, made fit to be stored. Stateless. */
final class ReplyText {
    /**
     * Characters: room for two paths of something new and what is said of them. Replies are kept for a while, and the
     * path of a refused call may have a million.
     */
    static final int MAX_CHARACTERS = 20_000;

    private ReplyText() {
    }

    /**
     * A text without its middle if it is too long, and with a "?" for each half of a surrogate pair: UTF-8 can't hold
     * one, and a reply that can't be written would stop the machine that has to give it, at every start again.
     */
    static String fit(String text) {
        String shown = text.length() <= MAX_CHARACTERS ? text
                : text.substring(0, MAX_CHARACTERS / 2) + "..." + text.substring(text.length() - MAX_CHARACTERS / 2);
        return new String(shown.getBytes(StandardCharsets.UTF_8), StandardCharsets.UTF_8);
    }
}
