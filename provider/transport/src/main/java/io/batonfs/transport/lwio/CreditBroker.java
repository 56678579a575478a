package io.batonfs.transport.lwio;

import io.batonfs.transport.verbs.VerbsException;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * Spreads the receive buffers of one class of size as credits over the connections that need them, by its {@link
 * CreditPolicy} (LW-13). All credits together are never more than {@link ReceiveBuffers} has buffers.
 *
 * <p>It has no clock and no thread: it acts when a client tells that it has more to do than credits, when a newcomer
 * finds little or nothing free, and when buffers come back. Who can't be given what he lacks is noted, first come first
 * served, and others are asked to give, no more than is lacking. All are gone through only once in as many wishes as
 * there are connections, and what comes back is offered to a few, so that a wish costs a constant time on average.
 *
 * <p>Thread-safe: guarded by {@code this}. What is decided is told to clients after the lock is let go, since sending
 * rings doorbells. Until then it is {@code untold}: whoever has decided something tells that, and what others have left
 * because an Error kept them from it; so does the server, which looks for it now and then.
 */
final class CreditBroker {
    /** A client that was refused tries again well before the others have sent so many requests. */
    private static final int PATIENCE_WISHES = 10_000;
    /** How many of those who lack credits are looked at when some come back. */
    private static final int MAX_LOOKS = 16;
    /** With less than one in so many free, those who come next would soon find nothing: others are asked in time. */
    private static final int LOW_SHARE = 8;

    private final CreditPolicy policy;
    private final ReceiveBuffers buffers;
    /** Authenticated connections. */
    private final CreditMembers members = new CreditMembers();
    /** What has been decided and not been told, and what was told a moment ago; linked. */
    private volatile Word firstUntold;
    private Word lastUntold;
    private long passes;
    private final Set<ServerCredits> lacking = new LinkedHashSet<>();
    private volatile boolean contested;
    /** Wishes until a newcomer that was refused is thought to have given up; 0 if there is none. */
    private int newcomerWaits;
    private int wishesUntilSearch;
    /** Newcomers until others are asked again for those who come next. */
    private int newcomersUntilSearch;
    private long grantedInAll;
    private long askedBackInAll;

    /** What carries decisions out. */
    interface Member {
        /** Reads and writes under way. */
        int outstanding();

        /** Allows so many more receives, and tells the client of as many more credits. */
        void offer(int count);

        /** Tells the client to give so many back. */
        void ask(int count);

        /** It could not be carried out: ends the connection, whose client does not know of it. Throws nothing. */
        void failed(Throwable cause);
    }

    /** What a member is to carry out. */
    private static final class Word {
        private final ServerCredits credits;
        private final Member member;
        /** Credits to be offered, or asked for if it is negative. */
        private final int delta;
        /** It is being decided, or somebody is telling it; let go by a store. */
        private volatile boolean taken = true;
        /** Or it is not to be told after all. */
        private volatile boolean told;
        /** That of {@link #tellAll} which took it last. */
        private long pass;
        private Word next;

        Word(ServerCredits credits, Member member, int delta) {
            this.credits = credits;
            this.member = member;
            this.delta = delta;
        }

        /** What goes wrong is that member's, and neither the others' nor the caller's. Again does no harm. */
        void tell() {
            try {
                if (delta > 0) {
                    member.offer(delta);
                } else {
                    member.ask(-delta);
                }
            } catch (RuntimeException | Error e) {
                member.failed(e);
            }
        }
    }

    /**
     * Tells what is untold, each word once, whatever becomes of the others. What can't be told, nor its member's end,
     * is left for the next time, and thrown.
     */
    void tellAll() {
        if (firstUntold == null) {
            return;
        }
        long pass = nextPass();
        RuntimeException failure = null;
        Error error = null;
        for (Word word = take(pass); word != null; word = take(pass)) {
            try {
                word.tell();
                word.told = true;
            } catch (RuntimeException e) {
                failure = e;
            } catch (Error e) {
                error = e;
            } finally {
                word.taken = false;
            }
        }
        if (error != null) {
            throw error;
        }
        if (failure != null) {
            throw failure;
        }
    }

    private synchronized long nextPass() {
        return ++passes;
    }

    /** A word that nobody is telling and that this pass has not tried; those that were told go. */
    private synchronized Word take(long pass) {
        Word before = null;
        for (Word word = firstUntold; word != null; word = word.next) {
            if (word.told) {
                if (before == null) {
                    firstUntold = word.next;
                } else {
                    before.next = word.next;
                }
                if (word == lastUntold) {
                    lastUntold = before;
                }
            } else {
                before = word;
                if (!word.taken && word.pass < pass) {
                    word.pass = pass;
                    word.taken = true;
                    return word;
                }
            }
        }
        return null;
    }

    /** A word that is about to be decided; nobody tells it before that. */
    private Word prepare(ServerCredits credits, Member member, int delta) {
        Word word = new Word(credits, member, delta);
        if (firstUntold == null) {
            firstUntold = word;
        } else {
            lastUntold.next = word;
        }
        lastUntold = word;
        return word;
    }

    CreditBroker(CreditPolicy policy, ReceiveBuffers buffers) {
        this.policy = policy;
        this.buffers = buffers;
    }

    /** What is spread. */
    ReceiveBuffers buffers() {
        return buffers;
    }

    /** What a connection that is about to come would find, itself counted. */
    synchronized CreditPolicy.Budget budgetForNewcomer() {
        return new CreditPolicy.Budget(buffers.limit(), buffers.free(), members.size() + 1);
    }

    private CreditPolicy.Budget budget(int free) {
        int connections = members.size() + (newcomerWaits > 0 ? 1 : 0);
        return new CreditPolicy.Budget(buffers.limit(), free, Math.max(1, connections));
    }

    /**
     * Takes a connection in.
     *
     * @param wished credits that the client would like
     * @return its first credits; 0 if there are none, and then it is not taken in
     */
    int admit(ServerCredits credits, Member member, int wished) throws VerbsException {
        try {
            return decideNewcomer(credits, member, wished);
        } finally {
            // Also after an Error: what has been decided by then is the others' state already.
            tellAll();
        }
    }

    private synchronized int decideNewcomer(ServerCredits credits, Member member, int wished) throws VerbsException {
        CreditPolicy.Connection newcomer = credits.seen(0);
        newcomerWaits = PATIENCE_WISHES;
        int count = Math.min(Math.min(wished, newcomer.limit()),
                policy.initial(wished, newcomer, budget(buffers.free())));
        int first = buffers.reserve(Math.max(1, count));
        if (first == 0) {
            search(0);
        } else {
            boolean taken = false;
            try {
                newcomerWaits = 0;
                refill();
                members.add(credits, member);
                credits.admitted(this, first);
                grantedInAll += first;
                taken = true;
            } finally {
                if (!taken) {
                    members.remove(credits);
                    buffers.release(first);
                }
            }
        }
        note();
        return first;
    }

    /**
     * While newcomers live on what is left, others are asked for what the next of them will need: for half of what
     * shall always be there, and again after as many newcomers. So going through all costs each newcomer a constant
     * time.
     */
    private void refill() {
        int low = buffers.limit() / LOW_SHARE;
        if (buffers.free() < low && --newcomersUntilSearch <= 0) {
            newcomersUntilSearch = (low + 1) / 2;
            search(newcomersUntilSearch);
        }
    }

    /** A client has told that it has more to do than credits. */
    void wish(ServerCredits credits) {
        try {
            decideWish(credits);
        } finally {
            tellAll();
        }
    }

    private synchronized void decideWish(ServerCredits credits) {
        if (credits.room() == 0 || !members.contains(credits)) {
            return;
        }
        newcomerWaits = Math.max(0, newcomerWaits - 1);
        give(credits);
        if (!lacking.isEmpty() && --wishesUntilSearch <= 0) {
            search(0);
        }
        note();
    }

    /** Buffers have come back, or a connection could be given some again. */
    void comeBack() {
        try {
            if (contested) {
                spread();
            }
        } finally {
            tellAll();
        }
    }

    private synchronized void spread() {
        for (int looks = Math.min(MAX_LOOKS, lacking.size()); looks > 0 && buffers.free() > 0; looks--) {
            ServerCredits one = lacking.iterator().next();
            lacking.remove(one);
            give(one);
        }
        note();
    }

    /** Who is forgotten for not being so, and lacks some again, tells it with his next request. */
    private boolean isLacking(ServerCredits one) {
        return one.wantsMore() && members.get(one).outstanding() > 0;
    }

    /** Gives what there is for it, and notes whether it lacks some still, so that others don't take what comes back. */
    private void give(ServerCredits credits) {
        Member member = members.get(credits);
        int room = credits.room();
        int count = room == 0 ? 0 : Math.min(room, policy.change(credits.seen(member.outstanding()),
                budget(buffers.free()), isContestedFor(credits)));
        int more = count > 0 ? reserve(count) : 0;
        if (more > 0) {
            boolean offered = false;
            Word word = null;
            try {
                word = prepare(credits, member, more);
                credits.offer(more);
                offered = true;
            } finally {
                if (word != null) {
                    word.told = !offered;
                    word.taken = false;
                }
                if (!offered) {
                    buffers.release(more);
                }
            }
            grantedInAll += more;
        }
        if (isLacking(credits)) {
            lacking.add(credits);
        } else {
            lacking.remove(credits);
        }
    }

    private int reserve(int count) {
        try {
            return buffers.reserve(count);
        } catch (VerbsException e) {
            // No memory for more buffers than there are: that is how many there may be.
            return 0;
        }
    }

    private boolean isContestedFor(ServerCredits credits) {
        return newcomerWaits > 0 || lacking.size() > (lacking.contains(credits) ? 1 : 0);
    }

    /**
     * Asks others for what is lacking, until enough is coming back: first those that have nothing under way, and only
     * if they have too little, those that are at work with more than the policy lets them keep.
     *
     * @param newcomers so many more for those who will come
     */
    private void search(int newcomers) {
        lacking.removeIf(one -> !isLacking(one));
        int wanted = newcomers + (newcomerWaits > 0 ? 1 : 0);
        for (ServerCredits one : lacking) {
            // As if all were free: what it would be given beside others that want some too.
            wanted += Math.max(0, Math.min(one.room(),
                    policy.change(one.seen(members.get(one).outstanding()), budget(buffers.limit()), true)));
        }
        List<CreditMembers.Seat> turns = new ArrayList<>();
        List<CreditMembers.Seat> atWork = new ArrayList<>();
        members.forEach(seat -> (seat.member.outstanding() == 0 ? turns : atWork).add(seat));
        turns.addAll(atWork);
        for (CreditMembers.Seat seat : turns) {
            wanted -= seat.credits.comingBack();
        }
        for (CreditMembers.Seat seat : turns) {
            if (wanted <= 0) {
                break;
            }
            wanted -= askFor(seat, wanted, newcomers > 0);
        }
        wishesUntilSearch = members.size();
    }

    /** Asks one for what it can spare, up to so many; how many. Then it is at the end of those whose turn it is. */
    private int askFor(CreditMembers.Seat seat, int wanted, boolean contested) {
        ServerCredits one = seat.credits;
        int surplus = -policy.change(one.seen(seat.member.outstanding()), budget(buffers.free()),
                contested || isContestedFor(one));
        int count = Math.min(Math.min(surplus, one.spare()), wanted);
        if (count <= 0) {
            return 0;
        }
        Word word = prepare(one, seat.member, -count);
        boolean asked = false;
        try {
            one.ask(count);
            asked = true;
        } finally {
            word.told = !asked;
            word.taken = false;
        }
        askedBackInAll += count;
        members.toEnd(seat);
        lacking.remove(one);
        return count;
    }

    private void note() {
        contested = newcomerWaits > 0 || !lacking.isEmpty();
    }

    /** A connection has ended. */
    void forget(ServerCredits credits) {
        credits.close();
        synchronized (this) {
            members.remove(credits);
            lacking.remove(credits);
            for (Word word = firstUntold; word != null; word = word.next) {
                word.told |= word.credits == credits;
            }
            note();
        }
    }

    /** Credits that have been granted or offered since the beginning. */
    synchronized long grantedInAll() {
        return grantedInAll;
    }

    /** Credits that have been asked back since the beginning. */
    synchronized long askedBackInAll() {
        return askedBackInAll;
    }

    /** Reads and writes of all connections that are under way. */
    synchronized int outstanding() {
        return members.sum(seat -> seat.member.outstanding());
    }

    /** Credits that all connections have, or are being offered. */
    synchronized int granted() {
        return members.sum(seat -> seat.credits.granted());
    }
}
