package io.batonfs.client;

import io.batonfs.transport.lwio.LwioStatus;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Random;

/** What goes wrong in a fake group: what a test asks for, and beside it things at random with a given chance. */
final class FakeFaults {
    private final Random random;
    private final Deque<LwioStatus> nextStatuses = new ArrayDeque<>();
    private int wrongReads;
    private int lostReplies;
    private int busyReplies;
    private double chance;
    private boolean broken;

    FakeFaults(long seed) {
        random = new Random(seed);
    }

    synchronized void chance(double newChance) {
        chance = newChance;
    }

    synchronized void nextIo(LwioStatus status) {
        nextStatuses.add(status);
    }

    synchronized void wrongReads(int count) {
        wrongReads = count;
    }

    synchronized void lostReplies(int count) {
        lostReplies = count;
    }

    synchronized void busyReplies(int count) {
        busyReplies = count;
    }

    synchronized void breakCode(boolean on) {
        broken = on;
    }

    synchronized boolean brokenCode() {
        return broken;
    }

    synchronized LwioStatus status() {
        if (!nextStatuses.isEmpty()) {
            return nextStatuses.remove();
        }
        if (random.nextDouble() < chance) {
            LwioStatus[] some = {
                LwioStatus.INSUFFICIENT_RESOURCES, LwioStatus.INVALID_HANDLE, LwioStatus.STALE_ROUTE,
            };
            return some[random.nextInt(some.length)];
        }
        return LwioStatus.SUCCESS;
    }

    synchronized boolean cut() {
        return random.nextDouble() < chance;
    }

    synchronized boolean coin() {
        return random.nextBoolean();
    }

    synchronized boolean wrongRead() {
        if (wrongReads > 0) {
            wrongReads--;
            return true;
        }
        return false;
    }

    synchronized boolean lostReply() {
        if (lostReplies > 0) {
            lostReplies--;
            return true;
        }
        return random.nextDouble() < chance;
    }

    synchronized boolean busyReply() {
        if (busyReplies > 0) {
            busyReplies--;
            return true;
        }
        return random.nextDouble() < chance;
    }
}
