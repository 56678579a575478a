package io.batonfs.transport.wire;

import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiFunction;

/**
 * The connections that a loop's driver looks at again and again, because they were busy a moment ago; all others sleep
 * until their peer rings, and cost nothing. Belongs to the driver.
 */
final class HotSet {
    private final List<Member> members = new ArrayList<>();
    private final Map<IoLoop.Polled, Member> byHandler = new IdentityHashMap<>();
    /** Looks at one, whatever it throws. */
    private final BiFunction<IoLoop.Polled, Boolean, Boolean> guard;

    private static final class Member {
        final IoLoop.Polled handler;
        long busyNanos;

        Member(IoLoop.Polled handler, long busyNanos) {
            this.handler = handler;
            this.busyNanos = busyNanos;
        }
    }

    /** @param guard calls {@code poll} (true) or {@code sleeps} (false), and answers false if that failed */
    HotSet(BiFunction<IoLoop.Polled, Boolean, Boolean> guard) {
        this.guard = guard;
    }

    boolean isEmpty() {
        return members.isEmpty();
    }

    int size() {
        return members.size();
    }

    /** Wakes one, if it sleeps. */
    void add(IoLoop.Polled handler, long nowNanos) {
        Member member = byHandler.get(handler);
        if (member != null) {
            member.busyNanos = nowNanos;
        } else {
            member = new Member(handler, nowNanos);
            byHandler.put(handler, member);
            members.add(member);
            handler.wakes();
        }
    }

    /** One that is looked at is to be looked at for as long as if it had just been found busy. */
    void busy(IoLoop.Polled handler, long nowNanos) {
        Member member = byHandler.get(handler);
        if (member != null) {
            member.busyNanos = nowNanos;
        }
    }

    /** One that has ended; may be called while the others are looked at. */
    void remove(IoLoop.Polled handler) {
        Member member = byHandler.remove(handler);
        if (member != null) {
            members.remove(member);
        }
    }

    /** Looks once at each; whether any had something. */
    boolean look(long nowNanos) {
        boolean any = false;
        for (int i = members.size() - 1; i >= 0; i--) {
            // What one does may end others.
            if (i < members.size()) {
                Member member = members.get(i);
                if (guard.apply(member.handler, true)) {
                    member.busyNanos = nowNanos;
                    any = true;
                }
            }
        }
        return any;
    }

    /** Lets those sleep that have had nothing for so long; who has something after all stays. */
    void restIdle(long nowNanos, long idleNanos) {
        for (int i = members.size() - 1; i >= 0; i--) {
            if (i < members.size()) {
                Member member = members.get(i);
                if (nowNanos - member.busyNanos >= idleNanos && guard.apply(member.handler, false)) {
                    remove(member.handler);
                }
            }
        }
    }
}
