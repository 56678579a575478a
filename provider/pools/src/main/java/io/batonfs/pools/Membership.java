package io.batonfs.pools;

import io.batonfs.model.BatonException;
import io.batonfs.model.ErrorCode;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntUnaryOperator;
import java.util.function.Predicate;
import java.util.stream.LongStream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Which device has which place of an open set, which pools it is out of, and how far it is rebuilt there: what the
 * superblocks say, which are written here and nowhere else once the set is formatted. Whatever changes is on the
 * devices before a method returns.
 *
 * <p>Thread-safe; every method takes this object's lock, after those of {@link PoolMembers} if any is held.
 */
final class Membership {
    private static final Logger LOG = LoggerFactory.getLogger(Membership.class);

    private static final long CANT_TELL = -1;

    private static final String UNHEARD = " did not take the superblock in which it is to have the place";

    private final IntUnaryOperator shown;
    /** By their places; null where one is missing. */
    private final BlockDevice[] devices;
    /** By places and pools, see {@link RebuildMark}. */
    private final long[][] marks;
    /** By places, what each device says of the others: the last superblock that it has taken. */
    private final Superblock[] told;
    /** By places: who is to have it next; null where nobody is, or that one is missing. */
    private final Successor[] successors;
    /** Those that were, and are none any more. */
    private final List<BlockDevice> ended = new ArrayList<>();
    /** Why, a sentence each. */
    private final List<String> failures = new ArrayList<>();
    /** How far {@link #successors} are, by places and pools. */
    private final long[][] successorMarks;
    /** Forces of the devices that have failed. */
    private final ForceFailures forces;
    /** The newest one. */
    private Superblock superblock;
    /**
     * Pools that may not be changed, because a device in use in them that they can't spare was not told what the others
     * say; bit i is pool i.
     */
    private long untold;
    /** The devices that could not be told last. */
    private long unable;
    /** See {@link Superblock#unsure}; bit i is place i. */
    private long unsure;

    /**
     * What a roll that was called has found.
     *
     * @param shown what places of the set, from 1, are called where people read of them
     */
    Membership(DeviceRoll roll, IntUnaryOperator shown) throws IOException {
        this.shown = shown;
        this.devices = roll.byIndex();
        this.superblock = roll.newest();
        int pools = superblock.pools().size();
        this.marks = new long[devices.length][pools];
        this.forces = new ForceFailures();
        Superblock[] own = roll.own();
        this.told = own.clone();
        this.successors = new Successor[devices.length];
        this.successorMarks = new long[devices.length][pools];
        findSuccessors(roll);
        for (int i = 0; i < devices.length; i++) {
            for (int pool = 0; pool < pools && own[i] != null; pool++) {
                // A device takes down that it is to be rebuilt, and from where, before any other does.
                long both = superblock.rebuildMasks().get(pool) & own[i].rebuildMasks().get(pool);
                marks[i][pool] = (both & 1L << i) == 0 ? RebuildMark.NOTHING : own[i].marks().get(pool);
            }
        }
    }

    /** One is counted on as the newest superblock says, which it may not have been told yet; its marks are its own. */
    private void findSuccessors(DeviceRoll roll) throws IOException {
        BlockDevice[] found = roll.successors();
        Superblock[] its = roll.ownOfSuccessors();
        for (int i = 0; i < found.length; i++) {
            if (found[i] != null) {
                successors[i] = new Successor(found[i], superblock.successors().get(i), forces);
                boolean saysSo = its[i].isSuccessor() && its[i].tenant() == successors[i].tenant();
                successors[i].toSay(saysSo ? its[i] : superblock);
                for (int pool = 0; pool < its[i].marks().size(); pool++) {
                    successorMarks[i][pool] = its[i].marks().get(pool);
                }
            }
        }
    }

    synchronized Superblock superblock() {
        return superblock;
    }

    /** Forces that have failed, those of superblocks among them. */
    ForceFailures forces() {
        return forces;
    }

    synchronized BlockDevice[] devices() {
        return devices.clone();
    }

    /** How a pool is laid out. */
    synchronized PoolLayout layout(int pool) {
        return superblock.pools().get(pool);
    }

    /** The pools and how the devices take part in each. */
    synchronized List<PoolDevices> report() {
        List<PoolDevices> all = new ArrayList<>();
        for (int pool = 0; pool < superblock.pools().size(); pool++) {
            all.add(PoolDevices.of(superblock.pools().get(pool), devices(pool), superblock.outMasks().get(pool),
                    superblock.rebuildMasks().get(pool)));
        }
        return all;
    }

    /**
     * The devices that a pool goes by: in a place that is out of the pool it is the successor, if there is one, that is
     * rebuilt there; whoever had the place has no say in that pool any more.
     */
    synchronized BlockDevice[] devices(int pool) {
        BlockDevice[] its = devices.clone();
        for (int i = 0; i < its.length; i++) {
            its[i] = isRebuiltSuccessor(pool, i) ? successors[i].device() : its[i];
        }
        return its;
    }

    private boolean isRebuiltSuccessor(int pool, int index) {
        return successors[index] != null
                && (superblock.outMasks().get(pool) & superblock.rebuildMasks().get(pool) & 1L << index) != 0;
    }

    /** Who is to have places next, by places; null where nobody is. */
    synchronized Successor[] successors() {
        return successors.clone();
    }

    /** Those that were to have places, and are not closed. */
    synchronized List<BlockDevice> ended() {
        return List.copyOf(ended);
    }

    /** Its owner closes one of them. */
    synchronized void forgetEnded(BlockDevice device) {
        ended.remove(device);
    }

    /** Those that are to have places, and those that were and may still be in somebody's hands. */
    synchronized List<BlockDevice> successorsEver() {
        List<BlockDevice> all = new ArrayList<>(ended);
        for (Successor successor : successors) {
            if (successor != null) {
                all.add(successor.device());
            }
        }
        return all;
    }

    synchronized List<String> successionFailures() {
        return List.copyOf(failures);
    }

    synchronized List<Retirement> retirements() {
        return SuccessionFacts.retirements(devices, successors);
    }

    /** The devices that are being rebuilt in a pool and have missed nothing since that began. */
    synchronized long receiving(int pool) {
        BlockDevice[] its = devices(pool);
        long receiving = 0;
        for (int i = 0; i < its.length; i++) {
            receiving |= its[i] == null || mark(pool, i) == RebuildMark.NOTHING ? 0 : 1L << i;
        }
        return receiving & superblock.rebuildMasks().get(pool);
    }

    /** How far the device is that is being rebuilt in a place: its successor, if it has one. */
    synchronized long mark(int pool, int device) {
        return (successors[device] == null ? marks : successorMarks)[device][pool];
    }

    /** Whether the successor of a place misses something, in any pool, that could not be read when it was brought. */
    synchronized boolean successorMisses(int index) {
        return LongStream.of(successorMarks[index]).anyMatch(RebuildMark::misses);
    }

    /** Of successors that must wait for what could not be read, a sentence each. */
    synchronized List<String> heldBack() {
        return SuccessionFacts.heldBack(superblock, successors, successorMarks, shown);
    }

    /**
     * Makes durable how far a device is rebuilt in a pool; within {@link PoolMembers#whileRebuilding}.
     *
     * @throws IOException if the device does not take it; it may have
     */
    synchronized void saveMark(int pool, int device, long mark) throws IOException {
        if (successors[device] != null) {
            if (successors[device].failure().isPresent()) {
                // It may miss what this mark would say it has, and a start might count on that.
                throw new IOException(successors[device].failure().get());
            }
            successorMarks[device][pool] = mark;
            writeSuccessor(device);
            return;
        }
        marks[device][pool] = mark;
        write(device);
    }

    /** What the successor of a place says of itself. */
    private void writeSuccessor(int index) throws IOException {
        Successor its = successors[index];
        // Not in the newest generation, which perhaps nobody took: the set would go on below it while this one is missing.
        Superblock own = its.says().forSuccessor(index, its.device().sizeBytes(), boxed(successorMarks[index]));
        try {
            forces.superblock(its.device(), () -> DeviceRoll.writeInUse(its.device(), own));
        } catch (ForceFailedException e) {
            // It may have lost what any pool wrote to it.
            its.fail(e.getMessage());
            throw e;
        }
    }

    /**
     * What one device alone may say, because a crash kept it from the others, is on all of them before anything is
     * written in that belief: else, once that one is missing, a device that is out would be believed, or one that is
     * rebuilt would not be. A set of which no pool may be changed stays as it is.
     */
    synchronized void tellAll() {
        if (anyMayBeChanged()) {
            writeAllBut(0);
            takeOutUntold();
        }
    }

    /** Whether a pool may not be changed because a device that it can't spare does not take the superblock. */
    synchronized boolean untold(int pool) {
        return (untold >>> pool & 1) != 0;
    }

    /**
     * Before anything is written without a device, the others say so; one that was being rebuilt is not any more. An older copy is
     * like one that is missing; but a pool that can't spare such a one stays as it is. That it is in doubt there has been said before
     * ({@link #noteDoubts}): others' headers do not show that any more when they are without the copy.
     */
    synchronized void recordMissing(OldCopies old) {
        forgetSuccessors(old.successors());
        forgetMissingSuccessors();
        long used = 0;
        for (boolean last : new boolean[] {false, true}) {
            for (int pool = 0; pool < superblock.pools().size(); pool++) {
                boolean told = old.closes(pool)
                        || recordGone(pool, missing(devices(pool)) | old.toTakeOut(pool, last) & ~used);
                untold |= told ? 0 : 1L << pool;
            }
            // Those that show one which others could not be told of go on showing it.
            used |= last ? 0 : stillUsed(old, false);
        }
        old.recorded(stillUsed(old, true));
        failUnheardSuccessors();
    }

    /** Copies that are to be out and are not, or are rebuilt on from a mark that is not true of them. */
    private long stillUsed(OldCopies old, boolean last) {
        long all = 0;
        for (int pool = 0; pool < superblock.pools().size(); pool++) {
            long used = old.closes(pool) ? 0 : old.toTakeOut(pool, last) & concerned(pool);
            // It could be spared until another one failed here: nothing may be written that makes it look whole.
            untold |= used == 0 ? 0 : 1L << pool;
            all |= used;
        }
        return all;
    }

    /**
     * Says who is in doubt, before anything else is. Each later superblock says it too.
     *
     * @param noted the newest superblock, or the one after it; devices in {@code places} are told as by {@link Superblock#unsure}
     */
    synchronized void noteDoubts(Superblock noted, long places) {
        unsure = places;
        if (noted != superblock) {
            superblock = noted;
            writeAllBut(0);
        }
    }

    /**
     * Somebody has read all of a pool, and its devices have what there is: nobody is in doubt there any more. Who is not told
     * says less than is so, which endangers nothing.
     *
     * @throws IOException if no device takes that
     */
    synchronized void endDoubts(int pool) throws IOException {
        Superblock without = superblock.withoutDoubts(pool);
        if (without == superblock) {
            return;
        }
        tellAny(without, "nobody is in doubt in pool " + layout(pool).name());
    }

    /** Whoever is not told says less than is so. */
    private void tellAny(Superblock next, String what) throws IOException {
        superblock = next;
        if ((present() & ~writeAllBut(0).failed()) == 0) {
            throw new IOException("no device took the superblock in which " + what);
        }
    }

    private boolean recordGone(int pool, long gone) {
        long out = superblock.outMasks().get(pool) | gone;
        long rebuilt = superblock.rebuildMasks().get(pool) & gone;
        if (out != superblock.outMasks().get(pool) && superblock.pools().get(pool).spares(out)) {
            return tell(pool, gone) != CANT_TELL;
        }
        return rebuilt == 0 || tell(pool, rebuilt) != CANT_TELL;
    }

    private void forgetSuccessors(long places) {
        for (int i = 0; i < successors.length; i++) {
            if ((places >>> i & 1) != 0) {
                ended.add(successors[i].device());
                successors[i] = null;
            }
        }
    }

    /** One of which a crash kept the others from hearing, and who do not take it now either. */
    private void failUnheardSuccessors() {
        for (int i = 0; i < successors.length; i++) {
            long deaf = successors[i] == null ? 0 : deaf(i);
            if (deaf != 0) {
                successors[i].fail(names(deaf) + UNHEARD);
            }
        }
    }

    /** One that is not there misses what is written, if anything may be: it is nobody's successor any more. */
    private void forgetMissingSuccessors() {
        Superblock without = superblock;
        for (int i = 0; i < successors.length; i++) {
            if (successors[i] == null && superblock.successors().get(i) != 0) {
                without = without.withoutSuccessor(i);
            }
        }
        if (without == superblock || !anyMayBeChanged()) {
            return;
        }
        for (int i = 0; i < successors.length; i++) {
            if (!without.successors().get(i).equals(superblock.successors().get(i))) {
                failures.add("the device that was to have place " + shown(i) + " next was missing when the set was opened, was"
                        + " refused or was an older copy of itself, so the place keeps the one that it has; if that is to be"
                        + " retired, begin anew");
            }
        }
        superblock = without.inGeneration(superblock.generation() + 1);
        for (int pool = 0; pool < superblock.pools().size(); pool++) {
            if (superblock.pools().get(pool).geometry().survives(superblock.outMasks().get(pool) | missing())) {
                untold |= tell(pool, 0) == CANT_TELL ? 1L << pool : 0;
            }
        }
    }

    private boolean anyMayBeChanged() {
        for (int pool = 0; pool < superblock.pools().size(); pool++) {
            if (superblock.pools().get(pool).geometry().survives(superblock.outMasks().get(pool) | missing())) {
                return true;
            }
        }
        return false;
    }

    /**
     * A device is to have a place next. It says so itself before the others do, and that nothing is on it. In each pool one in
     * use has to take that: if nobody has, a start without the successor does not know that it misses what is written then.
     *
     * @throws BatonException READ_ONLY if no device in use in a pool takes superblocks; nothing was changed then
     * @throws IOException    if the new one can't be written; then the others contradict what it may have taken, as of
     *                        {@link #take}. If nobody in use in a pool takes that any more, the successor has failed
     */
    synchronized void beginSuccession(int index, Successor successor) throws IOException {
        superblock = superblock.inGeneration(superblock.generation() + 1);
        writeAllBut(0);
        long deaf = deaf(superblock::equals);
        if (deaf != 0) {
            throw new BatonException(ErrorCode.READ_ONLY, names(deaf) + " did not take the set's superblock, by which"
                    + " a start without " + successor.device().name() + " would know what that misses: mend or replace"
                    + " it first");
        }
        Superblock next = superblock.withSuccessor(index, successor.tenant());
        long[] none = new long[superblock.pools().size()];
        try {
            DeviceRoll.write(successor.device(),
                    next.forSuccessor(index, successor.device().sizeBytes(), boxed(none)));
        } catch (IOException e) {
            superblock = superblock.inGeneration(next.generation() + 1);
            writeAllBut(0);
            throw e;
        }
        superblock = next;
        successor.toSay(next);
        successors[index] = successor;
        successorMarks[index] = none;
        writeAllBut(0);
        failUnheardSuccessors();
    }

    /** The devices of a pool, if there is one in which none knows of the successor of a place. */
    private long deaf(int index) {
        return deaf(block -> block.successors().get(index) == successors[index].tenant());
    }

    /** The devices of a pool, if there is one in which none has heard, by the last superblock that each took. */
    private long deaf(Predicate<Superblock> isHeard) {
        long heard = 0;
        for (int i = 0; i < devices.length; i++) {
            heard |= devices[i] != null && isHeard.test(told[i]) ? 1L << i : 0;
        }
        for (int pool = 0; pool < superblock.pools().size(); pool++) {
            long its = concerned(pool) & present();
            if (its != 0 && (its & heard) == 0) {
                return its;
            }
        }
        return 0;
    }

    /**
     * A place has no successor any more, also if that was so for another pool already. All devices that are in use in this
     * pool say so when this returns: until then the pool goes on writing to it, so that nobody believes it of whom it is
     * not true.
     *
     * @return those that are out of the pool, as of {@link #recordOut}
     * @throws IOException if the pool can't spare those that did not hear it
     */
    synchronized long endSuccession(int pool, int index, Successor its) throws IOException {
        if (successors[index] == its) {
            superblock = superblock.withoutSuccessor(index);
            successors[index] = null;
            ended.add(its.device());
            if (!its.isEndedByOrder()) {
                failures.add("device " + its.device().name() + ", which was to have place " + shown(index)
                        + " next, has failed: " + its.failure().orElse("")
                        + "; the place keeps the one that it has. If that is to be retired, begin anew with another");
            }
        }
        long others = tell(pool, 0);
        if (others == CANT_TELL) {
            throw new IOException("pool " + superblock.pools().get(pool).name() + " can't spare " + names(unable)
                    + ", which did not take the superblock in which " + its.device().name() + " is not to have place "
                    + shown(index) + " any more");
        }
        return others;
    }

    /**
     * Looks whether the successor of a place takes superblocks, before anything is given up for it; it has failed if not.
     *
     * @throws IOException if it doesn't
     */
    synchronized void tryToTell(int index) throws IOException {
        try {
            writeSuccessor(index);
        } catch (IOException e) {
            successors[index].fail(e.getMessage());
            throw e;
        }
    }

    /**
     * The successor of a place has it from now on. It says so itself first.
     *
     * @param complete pools that it has all of; bit i is pool i
     * @return as {@link #take}
     * @throws IOException if it can't be written; then the others contradict what it may have taken, and it is no successor
     *                     any more
     */
    synchronized long[] handOver(int index, long complete) throws IOException {
        Successor its = successors[index];
        Superblock next = superblock.withSuccessorInPlace(index, complete);
        try {
            Superblock own = next.forDevice(index, its.device().sizeBytes(), boxed(wholeMarks(index)));
            forces.superblock(its.device(), () -> DeviceRoll.write(its.device(), own));
        } catch (IOException e) {
            its.fail(e.getMessage());
            superblock = superblock.inGeneration(next.generation() + 1);
            writeAllBut(0);
            throw e;
        }
        superblock = next;
        successors[index] = null;
        devices[index] = its.device();
        marks[index] = wholeMarks(index);
        told[index] = next;
        writeAllBut(1L << index);
        return takeOutUntold();
    }

    private long[] wholeMarks(int index) {
        return LongStream.of(successorMarks[index]).map(RebuildMark::whole).toArray();
    }

    /**
     * A place whose device is missing when the set is opened is its successor's at once, if that has all of each pool that
     * can't spare the place, and the place is out of the others: else those pools could not be opened, though nothing of them
     * is gone.
     */
    synchronized void givePlacesOfMissing() {
        for (int index = 0; index < successors.length; index++) {
            if (devices[index] == null && successors[index] != null) {
                givePlaceOfMissing(index);
            }
        }
    }

    private void givePlaceOfMissing(int index) {
        long complete = SuccessionFacts.completeInPlaceOfMissing(superblock, index, successorMarks[index], missing());
        if (complete == 0) {
            return;
        }
        String name = successors[index].device().name();
        try {
            handOver(index, complete);
            LOG.warn("device {} has place {} of the set from now on: it has all that the one had that is missing", name,
                    shown(index));
        } catch (IOException e) {
            LOG.error("device {} can't have place {} of the set, whose device is missing", name, shown(index), e);
        }
    }

    /**
     * A device whose place its successor has says so itself: where it is alone later, no other could contradict it. Not
     * before all others have heard.
     */
    synchronized void tellRetired(int index, BlockDevice former) {
        if (!allTold()) {
            return;
        }
        try {
            DeviceRoll.writeInUse(former, superblock.forSuccessor(index, former.sizeBytes(),
                    boxed(new long[superblock.pools().size()])));
        } catch (IOException e) {
            LOG.error("device {} can't be told that it has no place any more; it is refused beside the others", former.name(),
                    e);
        }
    }

    /** Whether every device that is there says what the newest superblock does. */
    synchronized boolean allTold() {
        for (int i = 0; i < devices.length; i++) {
            if (devices[i] != null && told[i] != superblock) {
                return false;
            }
        }
        return true;
    }

    /**
     * Devices are out of a pool, and are not being rebuilt there. All that are in use there say so when this returns:
     * whoever can't be told would believe the former ones if it were alone with them later, and so is out itself.
     *
     * @return those that are out for that, besides
     * @throws IOException if the pool can't spare them
     */
    synchronized long recordOut(int pool, long out) throws IOException {
        long others = tell(pool, out);
        if (others == CANT_TELL) {
            throw new IOException("pool " + superblock.pools().get(pool).name() + " can't spare " + names(unable)
                    + " besides " + names(out) + ", which did not take the superblock in which that is out");
        }
        return others;
    }

    /** If that can't be, the devices hear that all is as it was: what nobody goes on without must be believed later. */
    private long tell(int pool, long out) {
        Superblock before = superblock;
        long all = out;
        long failed = 0;
        do {
            long next = superblock.outMasks().get(pool) | all | failed;
            if (next != superblock.outMasks().get(pool) && !superblock.pools().get(pool).spares(next | missing())) {
                unable = failed;
                if (superblock != before) {
                    superblock = before.inGeneration(superblock.generation() + 1);
                    writeAllBut(0);
                }
                return CANT_TELL;
            }
            all |= failed;
            // Always from the same: one that is out has a successor that is rebuilt only if it was not out before.
            superblock = before.withOut(pool, all).inGeneration(superblock.generation() + 1);
            long unforced = writeAllBut(out).unforced();
            failed = (unforced & concerned(pool) | misled(pool)) & ~out;
        } while (failed != 0);
        return all & ~out;
    }

    /**
     * The devices that take part in a pool's writes, or will again without being rebuilt from nothing. Not one that the
     * pool has its successor for.
     */
    private long concerned(int pool) {
        long concerned = ~superblock.outMasks().get(pool) | superblock.rebuildMasks().get(pool);
        for (int i = 0; i < devices.length; i++) {
            concerned &= isRebuiltSuccessor(pool, i) ? ~(1L << i) : -1L;
        }
        return concerned;
    }

    /** Those of them that believe more than is so, of another device, because they did not take what the others say. */
    private long misled(int pool) {
        long misled = 0;
        for (int i = 0; i < devices.length; i++) {
            for (int other = 0; other < devices.length && devices[i] != null; other++) {
                if (told[i].believesSuccessor(superblock, other) || other != i && told[i].believesTooMuch(superblock, pool, other)) {
                    misled |= 1L << i;
                }
            }
        }
        return misled & concerned(pool);
    }

    /** Who is misled is out of each pool that can spare it, and no other is changed. */
    private long[] takeOutUntold() {
        long[] out = new long[superblock.pools().size()];
        for (int pool = 0; pool < out.length; pool++) {
            long its = misled(pool);
            if (its == 0) {
                continue;
            }
            long others = tell(pool, its);
            out[pool] = others == CANT_TELL ? 0 : its | others;
            untold |= others == CANT_TELL ? 1L << pool : 0;
        }
        return out;
    }

    /**
     * A device that was being rebuilt is a full member of a pool. Who is not told believes one device less than could
     * be believed, which endangers nothing.
     */
    synchronized void recordIn(int pool, int device) throws IOException {
        tellAny(superblock.withIn(pool, 1L << device), devices[device].name() + " is rebuilt");
    }

    /** What a device has to be that is to become something of the set. */
    synchronized DeviceChecks checks() {
        return new DeviceChecks(superblock, missing());
    }

    /** Pools that a device is not out of and that can't do without it. */
    synchronized List<String> poolsThatLose(int index) {
        long device = 1L << index;
        List<String> losing = new ArrayList<>();
        for (int pool = 0; pool < superblock.pools().size(); pool++) {
            long out = superblock.outMasks().get(pool);
            if ((out & device) == 0 && !superblock.pools().get(pool).spares(out | missing() | device)) {
                losing.add(superblock.pools().get(pool).name());
            }
        }
        return losing;
    }

    /** Whether a device is out of a pool and not being rebuilt there. */
    synchronized boolean idle(int pool, int index) {
        return (superblock.outMasks().get(pool) & ~superblock.rebuildMasks().get(pool) & 1L << index) != 0;
    }

    /** The number of the device that has a place. */
    synchronized long tenant(int index) {
        return superblock.tenants().get(index);
    }

    /**
     * Puts a device into its place. It says so itself before the others do: then whoever finds it to have the place
     * also finds that it holds nothing.
     *
     * @param rebuild pools in which its rebuilding begins; bit i is pool i. Of the others it is out if its number is
     *                new. Where the place is being rebuilt that goes on, for a new device from nothing
     * @return for each pool the devices that are out of it now because they could not be told and would believe the
     *         former one, or this one itself if it failed meanwhile; a pool that can't spare such is {@link #untold}
     * @throws IOException if it can't be written; then the others contradict what it may have taken, in a generation
     *                     that is higher, so that it is not believed if it is there at the next opening
     */
    synchronized long[] take(int index, BlockDevice device, long tenant, long rebuild) throws IOException {
        long out = 0;
        long rebuilding = rebuild;
        long[] its = marks[index].clone();
        boolean another = tenant != tenant(index);
        for (int pool = 0; pool < its.length; pool++) {
            out |= another ? 1L << pool : 0;
            rebuilding |= (superblock.rebuildMasks().get(pool) >>> index & 1) << pool;
            // How far the one before it was is not how far it is.
            its[pool] = another || (rebuild & 1L << pool) != 0 ? RebuildMark.NOTHING : its[pool];
        }
        Superblock next = superblock.withTenant(index, tenant, out, rebuilding);
        try {
            Superblock own = next.forDevice(index, device.sizeBytes(), boxed(its));
            if (device == devices[index]) {
                forces.superblock(device, () -> DeviceRoll.write(device, own));
            } else {
                DeviceRoll.write(device, own);
            }
        } catch (IOException e) {
            superblock = superblock.inGeneration(next.generation() + 1);
            writeAllBut(0);
            throw e;
        }
        superblock = next;
        devices[index] = device;
        marks[index] = its;
        told[index] = next;
        writeAllBut(1L << index);
        return takeOutUntold();
    }

    /** The devices that are missing; bit i is device i. */
    synchronized long missing() {
        return missing(devices);
    }

    private static long missing(BlockDevice[] devices) {
        long missing = 0;
        for (int i = 0; i < devices.length; i++) {
            missing |= devices[i] == null ? 1L << i : 0;
        }
        return missing;
    }

    private long present() {
        return ~missing() & -1L >>> Long.SIZE - devices.length;
    }

    private int shown(int index) {
        return shown.applyAsInt(index + 1);
    }

    private List<String> names(long mask) {
        List<String> names = new ArrayList<>();
        for (int i = 0; i < devices.length; i++) {
            if ((mask & 1L << i) != 0) {
                names.add(devices[i] == null ? "the one in place " + shown(i) : devices[i].name());
            }
        }
        return names;
    }

    /**
     * Devices that did not take a superblock, or could not be forced.
     *
     * @param failed   all of them; bit i is device i
     * @param unforced those of them that could not be forced, by which they may have lost clients' bytes too
     */
    private record Failed(long failed, long unforced) {
    }

    /** Writes the superblock to all devices but some, once more to those that don't take it. */
    private Failed writeAllBut(long without) {
        long failed = 0;
        long unforced = 0;
        for (int i = 0; i < devices.length; i++) {
            if (devices[i] != null && (without & 1L << i) == 0) {
                try {
                    writeTwice(i);
                } catch (ForceFailedException e) {
                    LOG.error("device {} could not be forced when it got the new superblock", devices[i].name(), e);
                    failed |= 1L << i;
                    unforced |= 1L << i;
                } catch (IOException e) {
                    LOG.error("device {} did not take the new superblock", devices[i].name(), e);
                    failed |= 1L << i;
                }
            }
        }
        tellSuccessors();
        return new Failed(failed, unforced);
    }

    /**
     * Nobody believes a successor before it has a place, so nothing depends on whether one hears. But one that is ahead of a
     * device in use would be believed at a start with both, though that one has gone on without it: so it hears only what all
     * in use have taken.
     */
    private void tellSuccessors() {
        if (!allInUseTold()) {
            return;
        }
        for (int i = 0; i < successors.length; i++) {
            if (successors[i] != null) {
                try {
                    successors[i].toSay(superblock);
                    writeSuccessor(i);
                } catch (IOException e) {
                    LOG.error("device {} did not take the new superblock", successors[i].device().name(), e);
                }
            }
        }
    }

    private boolean allInUseTold() {
        for (int pool = 0; pool < superblock.pools().size(); pool++) {
            for (int i = 0; i < devices.length; i++) {
                if ((concerned(pool) & present() & 1L << i) != 0 && told[i] != superblock) {
                    return false;
                }
            }
        }
        return true;
    }

    private void writeTwice(int index) throws IOException {
        try {
            write(index);
        } catch (ForceFailedException e) {
            throw e;
        } catch (IOException e) {
            LOG.warn("device {} does not take the new superblock, and is tried once more", devices[index].name(), e);
            write(index);
        }
    }

    private void write(int index) throws IOException {
        Superblock its = superblock.forDevice(index, devices[index].sizeBytes(), boxed(marks[index])).unsure(unsure);
        forces.superblock(devices[index], () -> DeviceRoll.writeInUse(devices[index], its));
        told[index] = superblock;
    }

    private static List<Long> boxed(long[] numbers) {
        return LongStream.of(numbers).boxed().toList();
    }
}
