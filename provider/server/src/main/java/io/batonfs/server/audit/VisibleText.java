package io.batonfs.server.audit;

/**
 * Text that others have chosen, made so that it can't look like anything else on a terminal or in a log: backslashes,
 * control characters, line separators, characters without a shape (those that change the direction of text among them)
 * and halves of characters are shown as Unicode escapes of UTF-16. Stateless.
 */
public final class VisibleText {

    private VisibleText() {
    }

    /** The text with its treacherous characters escaped. */
    public static String of(String text) {
        StringBuilder out = new StringBuilder(text.length());
        text.codePoints().forEach(point -> {
            if (isTreacherous(point)) {
                for (char unit : Character.toChars(point)) {
                    out.append(String.format("\\u%04x", (int) unit));
                }
            } else {
                out.appendCodePoint(point);
            }
        });
        return out.toString();
    }

    private static boolean isTreacherous(int point) {
        return switch (Character.getType(point)) {
            case Character.CONTROL, Character.FORMAT, Character.LINE_SEPARATOR, Character.PARAGRAPH_SEPARATOR,
                    Character.SURROGATE -> true;
            default -> point == '\\';
        };
    }
}
