package io.batonfs.limits;

import java.text.Normalizer;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;

/** Names that must work: together they hold every character that a Hadoop path can carry. */
final class LegalNames {
    /** Of at most three bytes each. */
    private static final int CHARACTERS_PER_NAME = 84;
    /** Of four bytes each. */
    private static final int SUPPLEMENTARY_PER_NAME = 60;
    private static final int SUPPLEMENTARY_SAMPLES = 2_000;

    private LegalNames() {
    }

    /**
     * All of them, none twice.
     *
     * @param random which supplementary characters are tried
     */
    static Set<String> all(Random random) {
        Set<String> names = new TreeSet<>(Limits.BYTE_ORDER);
        names.addAll(wholeBasicPlane());
        names.addAll(supplementary(random));
        names.addAll(curious());
        return names;
    }

    /** Every code point of the basic plane, but for what no file system of Hadoop's takes: zero, slash, colon. */
    private static List<String> wholeBasicPlane() {
        List<String> names = new ArrayList<>();
        StringBuilder name = new StringBuilder();
        for (int c = 1; c < Character.MIN_SUPPLEMENTARY_CODE_POINT; c++) {
            if (c == '/' || c == ':' || c >= Character.MIN_SURROGATE && c <= Character.MAX_SURROGATE) {
                continue;
            }
            name.appendCodePoint(c);
            if (name.length() == CHARACTERS_PER_NAME) {
                names.add(name.toString());
                name.setLength(0);
            }
        }
        names.add(name.toString());
        return names;
    }

    private static List<String> supplementary(Random random) {
        List<String> names = new ArrayList<>(List.of("\uD83D\uDE80", "a\uD83D\uDC69\u200D\uD83D\uDCBBb",
                new StringBuilder().appendCodePoint(Character.MAX_CODE_POINT).toString(),
                new StringBuilder().appendCodePoint(Character.MIN_SUPPLEMENTARY_CODE_POINT).toString()));
        int first = Character.MIN_SUPPLEMENTARY_CODE_POINT;
        StringBuilder name = new StringBuilder();
        for (int i = 0; i < SUPPLEMENTARY_SAMPLES; i++) {
            name.appendCodePoint(first + random.nextInt(Character.MAX_CODE_POINT + 1 - first));
            if (name.codePointCount(0, name.length()) == SUPPLEMENTARY_PER_NAME) {
                names.add(name.toString());
                name.setLength(0);
            }
        }
        return names;
    }

    /** Names that something on the way may be tempted to change: to decode, trim, normalize, expand or hide. */
    private static List<String> curious() {
        List<String> names = new ArrayList<>(List.of(
                " ", "  ", " leading", "trailing ", "two  spaces", "\t", "tab\tinside", "new\nline", "\r", "\u007F", "\u0001",
                "...", "....", ".hidden", "trailing.", "..a", "a..", ".a.", ". ", " .", "\u2026",
                "%", "%%", "%2F", "%00", "100%", "a%20b", "+", "a+b", "#", "a#b", "#fragment", "?", "a?b", "a?b=c&d",
                "&", "=", ";", "~", "~user", "-", "--", "-rf", "*", "a*b", "[ab]", "{a,b}", "{a", "[", "]", "^", "$", "$HOME",
                "${user}", "!", "'", "\"", "`ls`", "|", "<", ">", "\\", "a\\b", "\\n", "@", ",", "(", ")",
                "CON", "nul.txt", "_temporary", "_SUCCESS", ".snapshots", "snapshot", ".Trash", ".reserved", ".inodes",
                "a", "A", "\u00e4", "a\u0308", "\u00df", "SS", "\u212b", "\u00c5", "A\u030a", "\u0130", "i\u0307", "I", "\u0131",
                "\u05d0\u05d1\u05d2", "\u0645\u0644\u0641", "\u202Eexe.txt", "a\u202Ab\u202Cc", "\u200B", "\u200Fa", "\uFEFF",
                "\uFEFFa", "\u00A0", "\u3000", "\u2028", "\u2029", "\u0085", "\uE000", "\uFFFD", "\uFFFE", "\uFFFF", "\uD7FF",
                "e\u0301\u0301\u0301", "\u1100\u1161\u11A8", "\uAC01", "\u0958", "\uFB01", "fi"));
        for (String text : List.of("\u00c5ngstr\u00f6m", "\uAC01\uB098", "\u1E9B\u0323")) {
            for (Normalizer.Form form : Normalizer.Form.values()) {
                String normalized = Normalizer.normalize(text, form);
                if (!names.contains(normalized)) {
                    names.add(normalized);
                }
            }
        }
        return names;
    }
}
