package io.batonfs.protocol.rpc;

import io.batonfs.model.BatonException;
import io.batonfs.model.ErrorCode;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

/**
 * What all conversions share: whatever a peer may have put into a message comes out as a value in its range or as a
 * {@link MalformedMessageException}. Pure functions.
 */
final class Fields {

    private Fields() {
    }

    /** A value whose constructor checks its own range. */
    static <T> T checked(String what, Supplier<T> made) throws MalformedMessageException {
        try {
            return made.get();
        } catch (IllegalArgumentException | ArithmeticException e) {
            throw new MalformedMessageException(what + ": " + e.getMessage(), e);
        }
    }

    /** Insists on a part that a message can't do without. */
    static void present(boolean there, String what) throws MalformedMessageException {
        if (!there) {
            throw new MalformedMessageException(what + " is missing");
        }
    }

    /** An unsigned field that is used as a Java int. */
    static int count(int value, String what) throws MalformedMessageException {
        if (value < 0) {
            throw new MalformedMessageException(what + " " + Integer.toUnsignedString(value) + " is above "
                    + Integer.MAX_VALUE);
        }
        return value;
    }

    /** A kind that is not known here, of an enumeration. */
    static MalformedMessageException unknown(String what, Object value) {
        return new MalformedMessageException(what + " " + value + " is unknown here; the other end may be newer");
    }

    /** The elements of a repeated field. */
    static <M, T> List<T> list(List<M> messages, Reading<M, T> reading) throws MalformedMessageException {
        List<T> all = new ArrayList<>(messages.size());
        for (M message : messages) {
            all.add(reading.read(message));
        }
        return all;
    }

    /**
     * A text that the wire carries unchanged.
     *
     * @throws BatonException INVALID_ARGUMENT for half a surrogate pair: it has no UTF-8 form, and protobuf would put a
     *                        "?" in its place, which may be another file's name
     */
    static String text(String value) throws BatonException {
        for (int i = 0; i < value.length(); i++) {
            if (Character.isSurrogate(value.charAt(i))) {
                if (Character.isHighSurrogate(value.charAt(i)) && i + 1 < value.length()
                        && Character.isLowSurrogate(value.charAt(i + 1))) {
                    i++;
                } else {
                    throw new BatonException(ErrorCode.INVALID_ARGUMENT, "\"" + value + "\" holds half a surrogate"
                            + " pair at character " + i + ", which is no character; use another name");
                }
            }
        }
        return value;
    }

    /** How an element of a repeated field is read. */
    interface Reading<M, T> {

        /** Makes a value of a message. */
        T read(M message) throws MalformedMessageException;
    }
}
