package io.batonfs.server.local;

import io.batonfs.model.BatonException;
import io.batonfs.model.ErrorCode;
import io.batonfs.model.GroupId;
import io.batonfs.model.ServerId;
import io.batonfs.pools.BlockDevice;
import io.batonfs.pools.DeviceWipe;
import io.batonfs.server.storage.SetPlaces;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes the devices of sets blank that were closed when nothing was in any of their pools, and keeps in {@link FurtherSets} of
 * which that is still to be done. A device that does not answer is waited for only as long as {@link DeviceTries} do, and keeps
 * nobody from the others; no lock is held meanwhile.
 *
 * <p>What it does to devices is called by one thread at a time, at the start and then by who makes the rounds; others may ask
 * for {@link #rests} and have a set left beside it.
 */
final class EmptiedSets {
    private static final Logger LOG = LoggerFactory.getLogger(EmptiedSets.class);

    private final GroupFiles files;
    private final GroupId group;
    private final ServerId server;
    private final SetContents contents;
    private final DeviceUse use;
    private final SetList list;
    private final DeviceTries tries;
    private final Runnable changed;
    /** By the sets' numbers. */
    private final Map<Integer, SetLook> looks = new ConcurrentHashMap<>();
    /** What became of devices of sets that are given back, by the sets' numbers. */
    private final Map<Integer, SetPlaces.Rest> rests = new ConcurrentSkipListMap<>();

    /** @param changed run when devices are no longer the server's, which may need no room any more */
    EmptiedSets(GroupFiles files, GroupId group, ServerId server, SetContents contents, DeviceUse use, SetList list,
            DeviceTries tries, Runnable changed) {
        this.files = files;
        this.group = group;
        this.server = server;
        this.contents = contents;
        this.use = use;
        this.list = list;
        this.tries = tries;
        this.changed = changed;
    }

    /** Tells of devices of a set that are none of those to be made blank, by their names, and why. */
    void leave(int set, Map<String, String> kept) {
        List<String> told = new ArrayList<>();
        new TreeMap<>(kept).forEach((name, why) -> {
            LOG.warn("{}: device {}, which was in set {}, is left as it is: {}", server, name, set, why);
            told.add(name + ": " + why);
        });
        rests.put(set, new SetPlaces.Rest(List.of(), told));
    }

    /** Makes devices blank; returns what is not. */
    SetPlaces.Rest giveBack(FurtherSets.Entry set) throws IOException {
        Optional<String> kept = makeBlank(set);
        SetPlaces.Rest before = rests.getOrDefault(set.number(), SetPlaces.Rest.NONE);
        kept.map(why -> all(set.number()) + why).ifPresent(why -> {
            if (!before.others().contains(why)) {
                LOG.error("{}: {}", server, why);
            }
            List<String> others = new ArrayList<>(before.others());
            others.remove(why);
            others.add(why);
            rests.put(set.number(), new SetPlaces.Rest(List.of(), others));
        });
        return rests.getOrDefault(set.number(), SetPlaces.Rest.NONE);
    }

    /** What became of devices when that was tried last. */
    Map<Integer, SetPlaces.Rest> rests() {
        return Map.copyOf(rests);
    }

    /**
     * Makes the devices of a set blank, all at once. Each that is, or that is another's by now, is forgotten, so that it can be
     * used for whatever it may be while others can't be reached. Not begun if nobody knows yet whether there are data on it all
     * the same: all that is there is tried again then.
     *
     * @return why nothing is done to it as long as the server runs
     */
    Optional<String> makeBlank(FurtherSets.Entry of) throws IOException {
        FurtherSets.Entry set = of;
        if (set.state() == FurtherSets.State.EMPTIED) {
            try {
                if (look(set.number()).hasData(set.paths(), set.away())) {
                    return Optional.of("it is noted as empty, and there are data on it: " + list.file() + " is older than the "
                            + "devices; restore the newest one from a backup of the group's directory");
                }
            } catch (IOException e) {
                notLookedAt(set, e);
                return Optional.empty();
            }
            set = set.in(FurtherSets.State.BLANKING);
            FurtherSets.Entry begun = set;
            list.change(now -> now.with(begun));
        }
        makeBlank(set, set.paths());
        return Optional.empty();
    }

    private SetLook look(int set) {
        return looks.computeIfAbsent(set, number -> new SetLook(contents, use, tries, server, number));
    }

    /** How it begins what is said of all of a set's devices. */
    private static String all(int set) {
        return "all devices of set " + set + ": ";
    }

    private void notLookedAt(FurtherSets.Entry set, IOException why) {
        SetPlaces.Rest before = rests.getOrDefault(set.number(), SetPlaces.Rest.NONE);
        String told = all(set.number()) + "whether there are data on them, though it is noted as empty, could "
                + "not be looked at: " + why.getMessage();
        if (!before.again().contains(told)) {
            LOG.warn("{}: {}; that is tried again", server, told);
        }
        rests.put(set.number(), new SetPlaces.Rest(List.of(told), before.others()));
    }

    /** Those of its devices. Returns by which failures some of them are to be tried again. */
    private Map<Path, IOException> makeBlank(FurtherSets.Entry set, List<Path> paths) throws IOException {
        SetPlaces.Rest before = rests.getOrDefault(set.number(), SetPlaces.Rest.NONE);
        Map<Path, DeviceTries.Answer<Optional<String>>> answers =
                tries.ask(paths, path -> wipe(set, path), nobodys -> { });
        List<Path> waiting = new ArrayList<>();
        Map<Path, IOException> failures = new HashMap<>();
        List<String> again = new ArrayList<>();
        List<String> others = new ArrayList<>(before.others());
        for (Path path : set.paths()) {
            if (!answers.containsKey(path)) {
                waiting.add(path);
                before.again().stream().filter(said -> said.startsWith(path + ": ")).forEach(again::add);
                continue;
            }
            try {
                Optional<String> why = answers.get(path).get().map(reason -> path + ": " + reason);
                if (why.isPresent() && !others.contains(why.get())) {
                    LOG.warn("{}: device of set {} is left as it is: {}", server, set.number(), why.get());
                }
                // Told once, also of one that is looked at again since the list could not be written.
                others.removeIf(said -> said.startsWith(path + ": "));
                why.ifPresent(others::add);
            } catch (IOException e) {
                waiting.add(path);
                failures.put(path, e);
                String why = path + ": " + (e instanceof NoSuchFileException ? "there is no such file or device"
                        : e.getMessage());
                again.add(why);
                if (!before.again().contains(why)) {
                    // Not in each round anew.
                    LOG.warn("{}: device of set {} can't be made blank; that is tried again: {}", server, set.number(), why);
                }
            }
        }
        rests.put(set.number(), new SetPlaces.Rest(again, others));
        keepOnly(set, waiting);
        changed.run();
        return failures;
    }

    /** By a thread of the device's own. Why it was left as it is. */
    private Optional<String> wipe(FurtherSets.Entry set, Path path) throws IOException {
        if (look(set.number()).holds(path)) {
            throw new IOException("it does not answer, since its set's pools were looked at");
        }
        try (BlockDevice device = use.through(use.openUnused(path))) {
            checkWanted(set.number(), path);
            Optional<String> why = DeviceWipe.wipe(device, new DeviceWipe.Owner(group, server,
                    SetContents.isPoolOf(set.number()), id -> set.id().filter(id::equals).isPresent(),
                    set.away().contains(path)), () -> checkWanted(set.number(), path));
            if (why.isEmpty()) {
                LOG.info("{}: device {}, which was in set {}, is blank again", server, path, set.number());
            }
            return why;
        }
    }

    /** One that has hung meanwhile may have been forgotten, and its server may have ended. */
    private void checkWanted(int set, Path path) throws IOException {
        if (tries.isClosed() || list.read().of(set).filter(entry -> entry.paths().contains(path)).isEmpty()) {
            throw new IOException("it answers too late, and nobody wants it blank any more");
        }
    }

    /** Of the devices of a set, only some are still to be made blank. */
    private void keepOnly(FurtherSets.Entry set, List<Path> waiting) throws IOException {
        if (waiting.isEmpty()) {
            list.change(now -> now.without(set.number()));
            // Only now: who does not find it looks for nothing that its number had. That is never used again.
            deleteReplaced(set.number());
        } else if (waiting.size() < set.paths().size()) {
            list.change(now -> now.with(set.only(waiting)));
        }
    }

    /** Nobody looks for it any more, so that it does no harm where it can't be deleted. */
    private void deleteReplaced(int set) {
        Path replaced = files.replacedDevices(server.value(), set);
        try {
            Files.deleteIfExists(replaced);
        } catch (IOException e) {
            LOG.warn("{}: {}, which nobody needs any more, can't be deleted", server, replaced, e);
        }
    }

    /** What is told of a set that the list does not have any more, whatever failed after that was written. */
    SetPlaces.Rest gone(int set) {
        deleteReplaced(set);
        rests.computeIfPresent(set, (number, rest) -> new SetPlaces.Rest(List.of(), rest.others()));
        changed.run();
        return rests.getOrDefault(set, SetPlaces.Rest.NONE);
    }

    /** As {@link SetPlaces#forget}. */
    boolean forget(FurtherSets.Entry noted, Path path) throws IOException {
        if (!noted.state().isEmptied()) {
            throw new BatonException(ErrorCode.INVALID_ARGUMENT, "set " + noted.number() + " of " + server + " is "
                    + (noted.state().isOfServer() ? "in use, so that none of its devices is forgotten; give it back first, and "
                    + "wait till \"baton pools\" does not list it any more"
                    : "not known to be empty, so that none of its devices is forgotten; each start tries to make them blank"));
        }
        Path named = noted.paths().stream().filter(each -> each.normalize().equals(path)).findFirst().orElseThrow(
                () -> new BatonException(ErrorCode.INVALID_ARGUMENT, path + " is none of the devices of set " + noted.number()
                        + " of " + server + " that are yet to be made blank: " + noted.paths()));
        if (noted.state() == FurtherSets.State.EMPTIED) {
            giveBack(noted);
        }
        Optional<FurtherSets.Entry> left = list.read().of(noted.number()).filter(entry -> entry.paths().contains(named));
        if (left.isEmpty()) {
            return false;
        }
        FurtherSets.Entry set = left.get();
        if (set.state() == FurtherSets.State.EMPTIED && mayBeSpared(set, named)) {
            keepWithout(set, named);
            Optional<FurtherSets.Entry> others = list.read().of(set.number());
            if (others.isPresent()) {
                // It is said anew what keeps them, and tried again by itself.
                giveBack(others.get());
            }
            return true;
        }
        if (set.state() != FurtherSets.State.BLANKING) {
            // It may be well: only what makes devices blank tells which of them don't answer.
            SetPlaces.Rest rest = rests.getOrDefault(set.number(), SetPlaces.Rest.NONE);
            throw new BatonException(ErrorCode.UNREACHABLE, named + " is not forgotten: " + String.join("; ", rest.again())
                    + String.join("; ", rest.others()) + "; give the order again when that was tried again");
        }
        IOException failure = makeBlank(set, List.of(named)).get(named);
        // An end wakes who waits: then nobody knows whether it would have answered.
        if (tries.isClosed() || failure instanceof DeviceTries.NotAskedException) {
            throw new BatonException(ErrorCode.UNREACHABLE, named + " is not forgotten, since it was not tried to the end: "
                    + (tries.isClosed() ? server + " is ending; start it again first" : failure.getMessage()), failure);
        }
        Optional<FurtherSets.Entry> now = list.read().of(set.number());
        if (now.isEmpty() || !now.get().paths().contains(named)) {
            return false;
        }
        return keepWithout(now.get(), named);
    }

    /**
     * Whether nobody would know what is on the others either way: those are made blank only if all of their pools can be opened
     * without it, and nothing is in them.
     */
    private boolean mayBeSpared(FurtherSets.Entry set, Path named) throws IOException {
        SetLook look = look(set.number());
        if (tries.isClosed() || look.hasSeenData() || !look.leavesOut(named) && !look.isUnreadable()) {
            return false;
        }
        if (look.couldNotOpen(named)) {
            checkOutStill(set.number(), named);
        }
        LOG.warn("{}: set {} is noted as empty, and whether there are data on it is not known; what there is on {} stays there, "
                + "and the others are made blank only if they can be looked at without it, and there are none", server,
                set.number(), named);
        return true;
    }

    /** It may have answered since the look began, which can take long. */
    private void checkOutStill(int set, Path named) throws IOException {
        String because;
        try {
            tries.ask(List.of(named), path -> contents.openOwn(path, set), late -> late.ifPresent(SetContents::close))
                    .get(named).get().ifPresent(SetContents::close);
            because = "it answers by now; give the order again when its set was looked at once more";
        } catch (DeviceTries.NotAskedException e) {
            because = "it was not tried to the end: " + e.getMessage();
        } catch (BatonException e) {
            because = e.getMessage() + "; end that first";
        } catch (IOException e) {
            if (!tries.isClosed()) {
                return;
            }
            because = "it was not tried to the end: " + server + " is ending; start it again first";
        }
        throw new BatonException(ErrorCode.UNREACHABLE, named + " is not forgotten: " + because);
    }

    private boolean keepWithout(FurtherSets.Entry set, Path named) throws IOException {
        keepOnly(set, set.paths().stream().filter(each -> !each.equals(named)).toList());
        SetPlaces.Rest rest = rests.getOrDefault(set.number(), SetPlaces.Rest.NONE);
        // Of all of them it is said anew if it is so without this one.
        rests.put(set.number(), new SetPlaces.Rest(rest.again().stream()
                .filter(said -> !said.startsWith(named + ": ") && !said.startsWith(all(set.number()))).toList(), rest.others()));
        LOG.warn("{}: device {} of set {} is forgotten, and was not made blank", server, named, set.number());
        changed.run();
        return true;
    }
}
