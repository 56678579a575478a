package io.batonfs.transport.lwio;

import java.util.HashMap;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.ToIntFunction;

/**
 * The connections that a {@link CreditBroker} spreads credits over, in the order in which it is their turn to give some.
 * To go to the end of it takes no memory and calls nothing, so no Error comes in between. Guarded by the broker.
 */
final class CreditMembers {
    private final Map<ServerCredits, Seat> seats = new HashMap<>();
    private Seat first;
    private Seat last;

    /** One of them. */
    static final class Seat {
        final ServerCredits credits;
        final CreditBroker.Member member;
        private Seat before;
        private Seat behind;

        Seat(ServerCredits credits, CreditBroker.Member member) {
            this.credits = credits;
            this.member = member;
        }
    }

    int size() {
        return seats.size();
    }

    boolean contains(ServerCredits credits) {
        return seats.containsKey(credits);
    }

    /** The one with these credits, which is one of them. */
    CreditBroker.Member get(ServerCredits credits) {
        return seats.get(credits).member;
    }

    /** At the end; an Error leaves it out. */
    void add(ServerCredits credits, CreditBroker.Member member) {
        Seat seat = new Seat(credits, member);
        seats.put(credits, seat);
        seat.before = last;
        if (last == null) {
            first = seat;
        } else {
            last.behind = seat;
        }
        last = seat;
    }

    /** It has had its turn. By stores alone. */
    void toEnd(Seat seat) {
        if (seat != last) {
            // It is not the last, so there is one behind it.
            if (seat.before == null) {
                first = seat.behind;
            } else {
                seat.before.behind = seat.behind;
            }
            seat.behind.before = seat.before;
            seat.before = last;
            seat.behind = null;
            last.behind = seat;
            last = seat;
        }
    }

    /** Does nothing if it is none of them. */
    void remove(ServerCredits credits) {
        Seat seat = seats.remove(credits);
        if (seat != null) {
            if (seat.before == null) {
                first = seat.behind;
            } else {
                seat.before.behind = seat.behind;
            }
            if (seat.behind == null) {
                last = seat.before;
            } else {
                seat.behind.before = seat.before;
            }
        }
    }

    /** Of all of them together. */
    int sum(ToIntFunction<Seat> figure) {
        int sum = 0;
        for (Seat seat = first; seat != null; seat = seat.behind) {
            sum += figure.applyAsInt(seat);
        }
        return sum;
    }

    /** In their order; none of them may come, go, or have its turn meanwhile. */
    void forEach(Consumer<Seat> action) {
        for (Seat seat = first; seat != null; seat = seat.behind) {
            action.accept(seat);
        }
    }
}
