package io.batonfs.transport.verbs;

import java.util.concurrent.atomic.AtomicLong;

/**
 * Slot numbers, last in first out, for any number of threads without a lock. Each change raises a version, so a thread
 * that was held up between its look and its exchange finds out, even if the same slot is on top again.
 *
 * <p>What stands in {@code below} and {@code depths} for a slot is changed only by the thread that pushes it, before the
 * exchange. A thread that reads it while that goes on reads anything, and its own exchange then fails.
 */
final class SlotStack {
    /** There is none. */
    static final int NONE = -1;
    private static final long ONE_VERSION = 1L << Integer.SIZE;

    /** Version in the upper half; the slot on top, plus 1, in the lower, so 0 if there is none. */
    private final AtomicLong top = new AtomicLong();
    private final int[] below;
    private final int[] depths;

    /** An empty one for the slots from 0 to {@code slots - 1}, each of which is in it once at most. */
    SlotStack(int slots) {
        below = new int[slots];
        depths = new int[slots];
    }

    private static int slotOf(long state) {
        return (int) state - 1;
    }

    private static long after(long before, int slot) {
        return (before & -ONE_VERSION) + ONE_VERSION | slot + 1;
    }

    /** What a thread sees before it exchanges. */
    long state() {
        return top.get();
    }

    /** Puts another slot on top, or {@link #NONE}; false if anything has changed since a state was seen. */
    boolean exchange(long seen, int slot) {
        return top.compareAndSet(seen, after(seen, slot));
    }

    private int depth(long state) {
        int slot = slotOf(state);
        return slot == NONE ? 0 : depths[slot];
    }

    /** Puts a slot on top that is not in it. */
    void push(int slot) {
        while (true) {
            long before = state();
            below[slot] = slotOf(before);
            depths[slot] = depth(before) + 1;
            if (exchange(before, slot)) {
                return;
            }
        }
    }

    /** Takes the slot on top, or {@link #NONE}. */
    int pop() {
        while (true) {
            long before = state();
            int slot = slotOf(before);
            if (slot == NONE || exchange(before, below[slot])) {
                return slot;
            }
        }
    }

    /** How many were left when a slot was popped; asked by who popped it, before he pushes it anywhere. */
    int leftBelow(int popped) {
        return depths[popped] - 1;
    }

    /** How many there are. */
    int size() {
        while (true) {
            long state = top.get();
            int found = depth(state);
            if (top.get() == state) {
                return found;
            }
        }
    }
}
