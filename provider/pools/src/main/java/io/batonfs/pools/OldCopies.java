package io.batonfs.pools;

import io.batonfs.model.BatonException;
import io.batonfs.model.ErrorCode;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.IntUnaryOperator;
import java.util.stream.LongStream;

/**
 * Which devices of a set that is being opened are older copies of themselves: put back from an image or a snapshot, so that
 * they miss what was written since, though by the superblocks they are full members. A device that forgot what it had
 * confirmed as durable looks the same, and is treated so.
 *
 * <p>Each checkpoint of a pool ends with a header on every device in use, which is durable on all of them before the next
 * one's is written to any; and once it is, it is written a second time, to the place of the one before
 * ({@link Checkpointer}). A device that does not take it is out, by the others' superblocks, before that. So whatever a kill or
 * a power cut leaves, a device in use has the newest header that any has, or the one before; and if one has the newest in both
 * places, all have it. Who has neither is an older copy. What is damaged proves nothing.
 *
 * <p>An older copy is out of each pool that can spare all of its own: of those whose headers show it, and of the others, as what
 * they wrote into their journals since need not have left a trace in headers. These are told first: the trace must not be
 * gone before all know. Where a pool can't spare them, it is opened for reading what is left, as with too many devices missing:
 * nothing of it is changed on the devices, so that the right ones can be put back. So is one whose own headers say nothing, as
 * long as others' do: what it lacks would be cut, and the right devices would be older copies there.
 *
 * <p>Once the copies are out of the pools that showed them, or were believed there, no header tells the others. So before that the
 * superblocks say in which pools a device is in doubt. That ends when somebody has read all of such a pool, when the place is another
 * device's, or when the right device is back: its own superblock does not say that it is in doubt there, and of a pool that showed the
 * copy it has what all had then ({@link Witness}). Where a device says so itself it is the copy that is known already: that such
 * pools go on showing it does not concern the others, which have settled that. It may be the right one of others, which went on with
 * it. One of which neither can be told, as it can't be read what it has, is not told that it is the copy.
 *
 * <p>What was found does not change; thread-safe.
 */
final class OldCopies {
    private static final String WHAT = "it is an older copy of itself, as after an image or a snapshot was put back, or has"
            + " lost what it had confirmed as written: ";

    private static final String REPAIR = "have what is there read and mended as far as it can be, which names the files that"
            + " lost bytes: \"baton fsck --repair --accept-loss\" without the server; then it takes changes again";

    /**
     * What was found of a device.
     *
     * @param device  the device
     * @param place   its place, from 0
     * @param told    what it says and what the others say, a sentence without its end
     * @param inUse   pools that use it all the same; bit i is pool i
     */
    private record Copy(BlockDevice device, int place, String told, long inUse) {
    }

    /**
     * What was found of a pool.
     *
     * @param shown   devices that its headers show, those that are being rebuilt among them; bit i is device i
     * @param takeOut devices to take out
     * @param doubted devices in use of which the pool can't spare all, by its headers or another pool's
     */
    private record InPool(long shown, long takeOut, long doubted) {
    }

    private final Membership membership;
    private final List<PoolHeaders[]> headers = new ArrayList<>();
    private final List<InPool> pools = new ArrayList<>();
    private final List<Copy> copies = new ArrayList<>();
    private final boolean accepted;
    /** By pools, devices that are being rebuilt there and places that have successors, which nobody would read; bit i is device i. */
    private final long[] rebuilt;
    /** By pools, who is in doubt by the newest superblock or by what he says himself, and is not out; bit i is place i. */
    private final long[] inDoubt;
    /** By pools, those of them that say so themselves; bit i is place i. */
    private final long[] known;
    /** By pools, those of them that are the right ones; bit i is place i. */
    private final long[] right;
    /** By places, how the right ones of those are known, as the newest superblock says it. */
    private final long[] witnesses;
    /** By places, the same as each device says it of itself. */
    private final long[] ownWitnesses;
    /** Devices in doubt of which can't be told whether they are the right ones; bit i is place i. */
    private long unsure;
    private long successors;
    private volatile boolean recorded;
    /** Places of which the superblocks could not say all that they were to say. */
    private volatile long unsaid;
    /** Pools of which somebody has read everything; bit i is pool i. */
    private final AtomicLong lookedAt = new AtomicLong();

    /**
     * Looks, and changes nothing.
     *
     * @param membership what a roll that was called has found
     * @param accepted   whether pools that can't spare an older copy take changes all the same: whoever wants that reads
     *                   everything then
     * @param own        by places, what each device said of itself when the roll was called
     * @param shown      what places of the set, from 1, are called where people read of them
     */
    OldCopies(Membership membership, boolean accepted, Superblock[] own, IntUnaryOperator shown) {
        this.membership = membership;
        this.accepted = accepted;
        Superblock newest = membership.superblock();
        int count = newest.pools().size();
        long[] shows = new long[count];
        for (int pool = 0; pool < count; pool++) {
            shows[pool] = look(pool);
        }
        inDoubt = new long[count];
        known = new long[count];
        right = new long[count];
        witnesses = new long[own.length];
        ownWitnesses = new long[own.length];
        findThoseInDoubt(own);
        findTheRightOnes(own, LongStream.of(shows).reduce(0, (a, b) -> a | b));
        long anywhere = 0;
        for (int pool = 0; pool < count; pool++) {
            // Where the copy is known nothing new is shown; others have settled that since, or are in doubt too.
            anywhere |= shows[pool] & ~known[pool];
        }
        rebuilt = new long[count];
        long told = 0;
        for (int pool = 0; pool < count; pool++) {
            rebuilt[pool] = rebuilt(pool, shows[pool]);
            pools.add(settle(pool, shows[pool], anywhere));
            told |= pools.get(pool).takeOut | (waits(pool) ? pools.get(pool).doubted : 0);
        }
        for (int place = 0; place < own.length; place++) {
            if ((told >>> place & 1) != 0 && own[place] != null) {
                copies.add(copy(place, own[place], shown.applyAsInt(place + 1)));
            }
        }
    }

    /** What a device says of itself counts too: those who said so besides may be gone, or have seen the right one since. */
    private void findThoseInDoubt(Superblock[] own) {
        Superblock newest = membership.superblock();
        for (int pool = 0; pool < inDoubt.length; pool++) {
            inDoubt[pool] = newest.doubts().get(pool);
            for (int place = 0; place < own.length; place++) {
                inDoubt[pool] |= own[place] == null ? 0 : own[place].doubts().get(pool) & 1L << place;
                known[pool] |= own[place] != null && own[place].saysThatItIsInDoubt(pool) ? 1L << place : 0;
            }
            inDoubt[pool] &= ~newest.outMasks().get(pool);
            known[pool] &= inDoubt[pool];
        }
        for (int place = 0; place < own.length; place++) {
            witnesses[place] = newest.witnesses().get(place);
            ownWitnesses[place] = own[place] == null ? 0 : own[place].witnesses().get(place);
            for (Superblock other : own) {
                // It may be that of one that was not told this of its own place.
                boolean same = other != null && other.generation() == newest.generation() && other.doubts().equals(newest.doubts());
                witnesses[place] = same && witnesses[place] == 0 ? other.witnesses().get(place) : witnesses[place];
            }
        }
    }

    private void findTheRightOnes(Superblock[] own, long shown) {
        long isCopy = LongStream.of(known).reduce(shown, (a, b) -> a | b);
        for (int place = 0; place < own.length; place++) {
            Witness its = Witness.of(witnesses[place]);
            if (own[place] == null || its == null || its.pool() >= headers.size()) {
                continue;
            }
            PoolHeaders found = PoolHeaders.read(membership.devices()[place], membership.layout(its.pool()));
            long newest = newest(its.pool()).checkpoint;
            // What all had of the pool that showed an older copy of it.
            boolean has = found.newest(newest) >= its.checkpoint();
            boolean cantTell = !has && !found.isOlderThan(newest, its.checkpoint()) && !getsHeaders(its.pool(), place)
                    && (isCopy >>> place & 1) == 0;
            for (int pool = 0; pool < inDoubt.length; pool++) {
                long asked = inDoubt[pool] & ~known[pool] & 1L << place;
                right[pool] |= has ? asked : 0;
                unsure |= cantTell && waits(pool) ? asked : 0;
            }
        }
    }

    /** Whether a device may get headers of a pool before the next start, by which it would look as if it had what all had. */
    private boolean getsHeaders(int pool, int place) {
        Superblock newest = membership.superblock();
        return accepted || ((newest.outMasks().get(pool) & ~newest.rebuildMasks().get(pool)) >>> place & 1) == 0;
    }

    /** Whether a pool can still be as it was: one that has lost others for good does not come back with anybody. */
    private boolean waits(int pool) {
        return membership.layout(pool).geometry().survives(membership.superblock().outMasks().get(pool));
    }

    /** The devices in places that a pool's headers show; whoever follows one is noted apart. */
    private long look(int pool) {
        PoolLayout layout = membership.layout(pool);
        BlockDevice[] devices = membership.devices();
        Successor[] following = membership.successors();
        long out = membership.superblock().outMasks().get(pool);
        long receiving = membership.superblock().rebuildMasks().get(pool) & out;
        PoolHeaders[] its = new PoolHeaders[devices.length];
        headers.add(its);
        for (int i = 0; i < devices.length; i++) {
            boolean rebuilt = (receiving >>> i & 1) != 0 && following[i] == null && hasHeader(pool, i);
            its[i] = devices[i] == null || (out >>> i & 1) != 0 && !rebuilt ? null : PoolHeaders.read(devices[i], layout);
        }
        Newest newest = newest(layout, its, out);
        long shows = 0;
        for (int i = 0; i < devices.length; i++) {
            if (newest.mayJudge(layout, i)) {
                shows |= its[i] != null && its[i].isOlderThan(newest.checkpoint, newest.all) ? 1L << i : 0;
                boolean receives = following[i] != null && hasHeader(pool, i) && ((out & ~receiving) >>> i & 1) == 0;
                successors |= receives && PoolHeaders.read(following[i].device(), layout)
                        .isOlderThan(newest.checkpoint, newest.all) ? 1L << i : 0;
            }
        }
        return shows;
    }

    /**
     * Whether a device that is being rebuilt has had a header by its mark. One that has none yet is brought all that it is to have,
     * whenever it is a copy of.
     */
    private boolean hasHeader(int pool, int place) {
        return RebuildMark.nextSlot(membership.mark(pool, place)) >= 0;
    }

    /** Who is being rebuilt in a pool, or follows there, and has what was written since that began. */
    private long rebuilt(int pool, long shows) {
        Superblock newest = membership.superblock();
        Successor[] following = membership.successors();
        long all = newest.rebuildMasks().get(pool) & ~shows;
        for (int i = 0; i < following.length; i++) {
            boolean follows = following[i] != null && (successors >>> i & 1) == 0;
            // Where a place has a successor it is that which is rebuilt.
            boolean isThere = newest.successors().get(i) == 0 ? membership.devices()[i] != null : follows;
            all = (isThere ? all : all & ~(1L << i)) | (follows ? 1L << i : 0);
        }
        return all;
    }

    private Newest newest(int pool) {
        return newest(membership.layout(pool), headers.get(pool), membership.superblock().outMasks().get(pool));
    }

    /**
     * The newest checkpoint of a pool.
     *
     * @param checkpoint that one; {@link PoolHeaders#NONE} if no header is sound
     * @param all        what each device in use has had at least
     * @param everywhere since which those without metadata have headers; 0 if they don't
     */
    private record Newest(long checkpoint, long all, long everywhere) {
        boolean mayJudge(PoolLayout layout, int device) {
            return checkpoint != PoolHeaders.NONE
                    && (device < layout.metadataCopies() || everywhere != 0 && all >= everywhere);
        }
    }

    private static Newest newest(PoolLayout layout, PoolHeaders[] headers, long out) {
        PoolHeaderFormat.Header newest = null;
        for (int i = 0; i < headers.length; i++) {
            PoolHeaderFormat.Header its = headers[i] == null || (out >>> i & 1) != 0 ? null : headers[i].newer();
            // Without metadata it may be what another pool left there before devices such as it had headers.
            boolean counts = i < layout.metadataCopies()
                    || newest != null && newest.everywhere() != 0 && its != null && its.everywhere() == newest.everywhere();
            newest = its != null && counts && (newest == null || its.checkpoint() > newest.checkpoint()) ? its : newest;
        }
        if (newest == null) {
            return new Newest(PoolHeaders.NONE, PoolHeaders.NONE, 0);
        }
        boolean allHadIt = false;
        for (int i = 0; i < headers.length; i++) {
            allHadIt |= headers[i] != null && (out >>> i & 1) == 0 && headers[i].saysThatAllHad(newest.checkpoint());
        }
        return new Newest(newest.checkpoint(), allHadIt ? newest.checkpoint() : newest.checkpoint() - 1,
                newest.everywhere());
    }

    private InPool settle(int pool, long shows, long anywhere) {
        PoolLayout layout = membership.layout(pool);
        long out = membership.superblock().outMasks().get(pool);
        // The right one has all of a pool that has waited for it, whatever others have done meanwhile.
        long inUse = anywhere & ~out & ~right[pool] | inDoubt[pool] & ~right[pool] | shows;
        long missing = membership.missing();
        if (layout.spares(out | missing | inUse)) {
            return new InPool(shows, inUse & ~missing, 0);
        }
        // One that was being rebuilt begins anew, whatever else can't be spared. What other pools show counts as much: what is
        // opened for changes beside a pool that waits for the right devices would leave those behind, and cut what they have.
        return new InPool(shows, shows & out, inUse & ~out & ~missing);
    }

    private Copy copy(int place, Superblock own, int shown) {
        List<String> said = new ArrayList<>();
        List<String> goesOut = new ArrayList<>();
        List<String> closed = new ArrayList<>();
        long uses = 0;
        for (int pool = 0; pool < pools.size(); pool++) {
            PoolLayout layout = membership.layout(pool);
            InPool its = pools.get(pool);
            boolean shows = (its.shown >>> place & 1) != 0;
            if (shows) {
                Newest newest = newest(pool);
                long checkpoint = headers.get(pool)[place].newest(newest.checkpoint);
                said.add("of pool " + layout.name() + " it has " + (checkpoint == PoolHeaders.NONE ? "no checkpoint"
                        : "checkpoint " + checkpoint) + ", and others have " + newest.checkpoint);
            }
            if ((its.takeOut >>> place & 1) != 0) {
                goesOut.add(layout.name());
            } else if (waits(pool) && (its.doubted >>> place & 1) != 0) {
                closed.add(layout.name());
                uses |= 1L << pool;
            }
        }
        if (said.isEmpty()) {
            said.add("that was found at an earlier start, and " + ((unsure >>> place & 1) == 0
                    ? "the right device has not been back" : "it can't be read whether this is the right device"));
        }
        Superblock newest = membership.superblock();
        StringBuilder told = new StringBuilder(WHAT).append(String.join("; ", said)).append(" (its superblock is of generation ")
                .append(own.generation()).append(", the set's of ").append(newest.generation()).append(')');
        if (!closed.isEmpty()) {
            told.append(". ").append(closed).append(" can't spare it: put the right device back and start again, or ")
                    .append(REPAIR);
        }
        if (!goesOut.isEmpty()) {
            told.append(". It is out of ").append(goesOut).append(", which can spare it: \"baton devices rejoin\" with place ")
                    .append(shown).append(" has it rebuilt there").append(closed.isEmpty() ? "" : " once that is done")
                    .append(", or put the right device back first");
        }
        return new Copy(membership.devices()[place], place, told.toString(), uses);
    }

    /** The newest superblock with what it is to say of who is in doubt; itself if it says that. */
    Superblock noted() {
        Superblock newest = membership.superblock();
        long takenOut = 0;
        long doubted = 0;
        boolean needed = false;
        for (int pool = 0; pool < pools.size(); pool++) {
            long out = newest.outMasks().get(pool);
            // Also of those who were being rebuilt: as they are not any more, nobody looks at their headers.
            takenOut |= pools.get(pool).takeOut;
            doubted |= pools.get(pool).doubted;
            // What shows it here is gone with the header at the end.
            needed |= newest.doubts().get(pool) != 0 || inDoubt[pool] != 0
                    || accepts(pool) && membership.layout(pool).geometry().survives(out | membership.missing());
        }
        needed |= takenOut != 0 && doubted != 0;
        if (!needed) {
            return newest;
        }
        List<Long> doubts = new ArrayList<>();
        for (int pool = 0; pool < pools.size(); pool++) {
            InPool its = pools.get(pool);
            // Also where it is to be out in a moment: it may turn out that it can't be.
            doubts.add(inDoubt[pool] & ~right[pool] | its.doubted | its.takeOut & ~newest.outMasks().get(pool));
        }
        List<Long> its = new ArrayList<>();
        for (int place = 0; place < newest.devices(); place++) {
            its.add(witness(place));
        }
        return newest.withDoubts(doubts, its);
    }

    /**
     * How the right device of a place is known. That of an earlier finding stays while a pool waits for that one: who has what was
     * written before another copy was shown need not have what was written after.
     */
    private long witness(int place) {
        boolean waits = false;
        boolean back = false;
        boolean isNew = false;
        for (int pool = 0; pool < pools.size(); pool++) {
            back |= (right[pool] >>> place & 1) != 0;
            waits |= waits(pool) && (inDoubt[pool] >>> place & 1) != 0;
            isNew |= waits(pool) && ((pools.get(pool).shown & ~known[pool]) >>> place & 1) != 0;
        }
        long earlier = back || witnesses[place] == 0 ? ownWitnesses[place] : witnesses[place];
        long now = back || isNew && !waits || earlier == 0 ? witnessNow(place) : 0;
        return now == 0 ? earlier : now;
    }

    /** By a pool whose headers show it and will not any more, if there is one: the others go on showing it. */
    private long witnessNow(int place) {
        long witness = 0;
        for (int pool = 0; pool < pools.size(); pool++) {
            InPool its = pools.get(pool);
            boolean shows = waits(pool) && (its.shown >>> place & 1) != 0;
            boolean goes = shows && ((its.takeOut >>> place & 1) != 0 || accepts(pool));
            if (goes || shows && witness == 0) {
                witness = new Witness(pool, Math.max(1, newest(pool).all)).number();
            }
        }
        return witness;
    }

    /** Places whose devices are told as by {@link Superblock#unsure}; bit i is place i. */
    long unsure() {
        return unsure;
    }

    /** Places whose successors are older copies: they miss what was written, like one that is not there; bit i is place i. */
    long successors() {
        return successors;
    }

    /**
     * Devices to take out of a pool before anything is written there.
     *
     * @param last whether those are among them that the pool's own headers show: they are told when all others have been
     */
    long toTakeOut(int pool, boolean last) {
        InPool its = pools.get(pool);
        return last ? its.takeOut : its.takeOut & ~its.shown;
    }

    /**
     * The superblocks say who is out now.
     *
     * @param places those of which they could not say it in all pools that were to be without them
     */
    void recorded(long places) {
        unsaid = places;
        recorded = true;
    }

    /** Somebody has read all of a pool. */
    void lookedAt(int pool) {
        lookedAt.getAndUpdate(pools -> pools | 1L << pool);
    }

    /**
     * Whether a pool may not be changed, because it can't spare an older copy. What is being rebuilt there is read by nobody, and may
     * have the only sound bytes of what was written since that began: so nobody accepts copies beside it.
     */
    boolean closes(int pool) {
        return pools.get(pool).doubted != 0 && (!accepted || rebuilt[pool] != 0 || isWithoutMetadata(pool));
    }

    /** Whether a pool takes changes though it can't spare older copies, as somebody reads everything. */
    boolean accepts(int pool) {
        return pools.get(pool).doubted != 0 && !closes(pool);
    }

    /** Older copies that a pool uses as it can't spare them; bit i is device i. */
    long notSpared(int pool) {
        return pools.get(pool).doubted;
    }

    /** Whether no device with the pool's metadata is of the newest time. */
    private boolean isWithoutMetadata(int pool) {
        PoolLayout layout = membership.layout(pool);
        long out = membership.superblock().outMasks().get(pool) | membership.missing();
        return (layout.metadataMask() & ~out & ~pools.get(pool).doubted) == 0;
    }

    /**
     * Checks that a device may be rebuilt in the pools that it is out of. While another one waits for the right device that would be
     * in vain: that one lacks what they have written since, and is to be rebuilt there too.
     *
     * @param place the place, from 0
     * @throws BatonException READ_ONLY with the pools if there are such
     */
    void checkSettled(int place) throws BatonException {
        List<String> waiting = new ArrayList<>();
        for (int pool = 0; pool < pools.size(); pool++) {
            if (waits(pool) && closes(pool) && (pools.get(pool).doubted >>> place & 1) != 0) {
                waiting.add(membership.layout(pool).name());
            }
        }
        if (!waiting.isEmpty() && isFound(place)) {
            throw new BatonException(ErrorCode.READ_ONLY, "device " + membership.devices()[place].name() + " is an older copy of"
                    + " itself, which pools " + waiting + " can't spare; they wait for the right one, which would have to be rebuilt"
                    + " once more: put the right device back and start again, or " + REPAIR + ". If what they hold is given up, put"
                    + " a blank device in the place with \"baton devices replace\" and --accept-loss");
        }
    }

    /** Whether the device of a place is still the one that was found there. */
    private boolean isFound(int place) {
        return copies.stream().anyMatch(copy -> copy.place == place && copy.device == membership.devices()[place]);
    }

    /**
     * The pools that lose what a device has.
     *
     * @param anyway those that do though they have no older copies; one that is closed for such may need whatever there is
     */
    List<String> losing(int place, List<String> anyway) {
        List<String> losing = new ArrayList<>(anyway);
        for (int pool = 0; pool < pools.size(); pool++) {
            boolean out = (membership.superblock().outMasks().get(pool) >>> place & 1) != 0;
            String name = membership.layout(pool).name();
            if (closes(pool) && !out && !losing.contains(name)) {
                losing.add(name);
            }
        }
        return losing;
    }

    /** Why. */
    String closedBecause(int pool) {
        if (rebuilt[pool] != 0) {
            return "it can't spare " + names(pools.get(pool).doubted) + ", of which it has older copies, and " + rebuiltNames(pool)
                    + " are being rebuilt in it, which may have the only sound bytes of what was written since: so \"baton fsck"
                    + " --repair\" changes nothing here while they are there. Put the right devices back and start again; or, if what"
                    + " those have is given up too, take them away, and " + REPAIR;
        }
        return "it can't spare " + names(pools.get(pool).doubted) + ", of which it has older copies. Put the right devices back"
                + " and start again, or " + REPAIR;
    }

    /**
     * Devices that a pool uses though they are older copies, because somebody reads everything.
     *
     * @throws BatonException DATA_LOST if none of the devices with the pool's metadata is of the newest time
     */
    long doubted(int pool) throws BatonException {
        long doubted = pools.get(pool).doubted;
        if (doubted != 0 && isWithoutMetadata(pool)) {
            throw new BatonException(ErrorCode.DATA_LOST, "pool " + membership.layout(pool).name()
                    + " can't be opened: all devices that hold its metadata are older copies, " + names(doubted)
                    + ", and others are not; put the right devices back, or leave the others away if all is to be as it was then");
        }
        return doubted;
    }

    /** Why a device is out of a pool that is so because of this; null of another. */
    String reason(int pool, int place) {
        if ((pools.get(pool).takeOut >>> place & 1) == 0) {
            return null;
        }
        return copies.stream().filter(copy -> copy.place == place).map(Copy::told).findFirst().orElse(null);
    }

    /** Those that were found, with what is said of each after a colon; not those that were replaced or are whole again. */
    List<String> told() {
        List<String> told = new ArrayList<>();
        for (Copy copy : copies) {
            boolean out = membership.superblock().outMasks().stream().anyMatch(mask -> (mask >>> copy.place & 1) != 0);
            boolean used = (unsaid >>> copy.place & 1) != 0;
            if (membership.devices()[copy.place] == copy.device
                    && (out || used || !recorded || (copy.inUse & ~lookedAt.get()) != 0)) {
                told.add(copy.device.name() + ": " + copy.told + (used ? ". But not all devices could be told that it is out: the"
                        + " pools that take no changes say why" : ""));
            }
        }
        return told;
    }

    private List<String> rebuiltNames(int pool) {
        Successor[] following = membership.successors();
        List<String> names = new ArrayList<>();
        for (int i = 0; i < following.length; i++) {
            if ((rebuilt[pool] >>> i & 1) != 0) {
                names.add((following[i] == null ? membership.devices()[i] : following[i].device()).name());
            }
        }
        return names;
    }

    private List<String> names(long mask) {
        List<String> names = new ArrayList<>();
        BlockDevice[] devices = membership.devices();
        for (int i = 0; i < devices.length; i++) {
            if ((mask >>> i & 1) != 0) {
                names.add(devices[i].name());
            }
        }
        return names;
    }
}
