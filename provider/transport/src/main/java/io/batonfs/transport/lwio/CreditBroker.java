package io.batonfs.transport.lwio;

import io.batonfs.transport.verbs.VerbsException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
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
 * rings doorbells.
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
    /** Authenticated connections; one that was asked goes to the end. */
    private final Map<ServerCredits, Member> members = new LinkedHashMap<>();
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

    /**
     * What a member is to carry out.
     *
     * @param delta credits to be offered, or asked for if it is negative
     */
    private record Word(Member member, int delta) {

        /** What goes wrong is that member's, and neither the others' nor the caller's. */
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
        List<Word> words = new ArrayList<>();
        try {
            return admit(credits, member, wished, words);
        } finally {
            // Also after an Error: what has been decided by then is the others' state already.
            words.forEach(Word::tell);
        }
    }

    private synchronized int admit(ServerCredits credits, Member member, int wished, List<Word> words)
            throws VerbsException {
        CreditPolicy.Connection newcomer = credits.seen(0);
        newcomerWaits = PATIENCE_WISHES;
        int count = Math.min(Math.min(wished, newcomer.limit()),
                policy.initial(wished, newcomer, budget(buffers.free())));
        int first = buffers.reserve(Math.max(1, count));
        if (first == 0) {
            search(words, 0);
        } else {
            boolean taken = false;
            try {
                newcomerWaits = 0;
                refill(words);
                members.put(credits, member);
                grantedInAll += first;
                taken = true;
            } finally {
                if (!taken) {
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
    private void refill(List<Word> words) {
        int low = buffers.limit() / LOW_SHARE;
        if (buffers.free() < low && --newcomersUntilSearch <= 0) {
            newcomersUntilSearch = (low + 1) / 2;
            search(words, newcomersUntilSearch);
        }
    }

    /** A client has told that it has more to do than credits. */
    void wish(ServerCredits credits) {
        List<Word> words = new ArrayList<>();
        try {
            wish(credits, words);
        } finally {
            words.forEach(Word::tell);
        }
    }

    private synchronized void wish(ServerCredits credits, List<Word> words) {
        if (credits.room() == 0 || !members.containsKey(credits)) {
            return;
        }
        newcomerWaits = Math.max(0, newcomerWaits - 1);
        give(credits, words);
        if (!lacking.isEmpty() && --wishesUntilSearch <= 0) {
            search(words, 0);
        }
        note();
    }

    /** Buffers have come back, or a connection could be given some again. */
    void comeBack() {
        if (!contested) {
            return;
        }
        List<Word> words = new ArrayList<>();
        try {
            comeBack(words);
        } finally {
            words.forEach(Word::tell);
        }
    }

    private synchronized void comeBack(List<Word> words) {
        for (int looks = Math.min(MAX_LOOKS, lacking.size()); looks > 0 && buffers.free() > 0; looks--) {
            ServerCredits one = lacking.iterator().next();
            lacking.remove(one);
            give(one, words);
        }
        note();
    }

    /** Who is forgotten for not being so, and lacks some again, tells it with his next request. */
    private boolean isLacking(ServerCredits one) {
        return one.wantsMore() && members.get(one).outstanding() > 0;
    }

    /** Gives what there is for it, and notes whether it lacks some still, so that others don't take what comes back. */
    private void give(ServerCredits credits, List<Word> words) {
        Member member = members.get(credits);
        int room = credits.room();
        int count = room == 0 ? 0 : Math.min(room, policy.change(credits.seen(member.outstanding()),
                budget(buffers.free()), isContestedFor(credits)));
        int more = count > 0 ? reserve(count) : 0;
        if (more > 0) {
            boolean noted = false;
            try {
                noted = words.add(new Word(member, more));
            } finally {
                if (!noted) {
                    buffers.release(more);
                }
            }
            credits.offer(more);
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
    private void search(List<Word> words, int newcomers) {
        lacking.removeIf(one -> !isLacking(one));
        int wanted = newcomers + (newcomerWaits > 0 ? 1 : 0);
        for (ServerCredits one : lacking) {
            // As if all were free: what it would be given beside others that want some too.
            wanted += Math.max(0, Math.min(one.room(),
                    policy.change(one.seen(members.get(one).outstanding()), budget(buffers.limit()), true)));
        }
        for (ServerCredits one : members.keySet()) {
            wanted -= one.comingBack();
        }
        List<ServerCredits> turns = new ArrayList<>();
        List<ServerCredits> atWork = new ArrayList<>();
        members.forEach((one, member) -> (member.outstanding() == 0 ? turns : atWork).add(one));
        turns.addAll(atWork);
        for (ServerCredits one : turns) {
            if (wanted <= 0) {
                break;
            }
            Member member = members.get(one);
            int surplus = -policy.change(one.seen(member.outstanding()), budget(buffers.free()),
                    newcomers > 0 || isContestedFor(one));
            int count = Math.min(Math.min(surplus, one.spare()), wanted);
            if (count > 0) {
                wanted -= count;
                words.add(new Word(member, -count));
                one.ask(count);
                askedBackInAll += count;
                lacking.remove(one);
                members.remove(one);
                members.put(one, member);
            }
        }
        wishesUntilSearch = members.size();
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
        return members.values().stream().mapToInt(Member::outstanding).sum();
    }

    /** Credits that all connections have, or are being offered. */
    synchronized int granted() {
        return members.keySet().stream().mapToInt(ServerCredits::granted).sum();
    }
}
