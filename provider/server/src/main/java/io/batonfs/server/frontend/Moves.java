package io.batonfs.server.frontend;

import io.batonfs.model.BatonException;
import io.batonfs.model.ErrorCode;
import io.batonfs.model.Invocation;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;

/**
 * Calls that move files: those under way, and what the last ones came to. In memory only: a repetition after a restart
 * looks anew what is left to move. Thread-safe: guarded by {@code this}.
 */
final class Moves {
    /** Answers that are kept: a lost one is asked for again within minutes, and a move is a rare thing. */
    static final int KEPT = 256;

    private final Set<Invocation> underWay = new HashSet<>();
    private final Map<Invocation, Integer> answers = new LinkedHashMap<>() {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<Invocation, Integer> eldest) {
            return size() > KEPT;
        }
    };

    /**
     * Begins a call.
     *
     * @return what it came to if it has ended already, and is not to be made again then
     * @throws BatonException BUSY if it is under way
     */
    synchronized OptionalInt begin(Invocation call, String path) throws BatonException {
        Integer answer = answers.get(call);
        if (answer != null) {
            return OptionalInt.of(answer);
        }
        if (!underWay.add(call)) {
            throw new BatonException(ErrorCode.BUSY, path + " is being moved by this very call, whose answer has not been"
                    + " waited for; ask again later, or raise fs.baton.client.request.timeout.ms");
        }
        return OptionalInt.empty();
    }

    /**
     * Ends a call.
     *
     * @param moved what it came to; empty if it failed, so that it may be made again
     */
    synchronized void end(Invocation call, OptionalInt moved) {
        underWay.remove(call);
        if (moved.isPresent()) {
            answers.put(call, moved.getAsInt());
        }
    }
}
