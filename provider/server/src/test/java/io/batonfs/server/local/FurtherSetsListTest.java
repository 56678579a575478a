package io.batonfs.server.local;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.batonfs.model.BatonException;
import io.batonfs.model.ErrorCode;
import io.batonfs.model.ServerId;
import io.batonfs.protocol.NewDeviceSet;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** The file that says which further sets a server has, and what becomes of a group without it. */
class FurtherSetsListTest extends GroupWithDisks {
    /** A group that can't tell what is missing must not go on as if nothing were. */
    @Test
    void aGroupThatHasSomeIsNotOpenedWithoutTheFile() throws IOException {
        try (LocalGroup opened = open()) {
            add(opened, disks, null);
        }
        Path aside = directory.resolve("aside");
        Files.move(list, aside);
        BatonException refused = assertThrows(BatonException.class, this::open);
        assertEquals(ErrorCode.DATA_LOST, refused.code());
        assertTrue(refused.getMessage().contains(list + ", which says which further sets of devices the server has, is gone"),
                refused.getMessage());
        ClosedGroup.Found found = ClosedGroup.pools(settings());
        assertEquals(List.of(), found.pools());
        assertTrue(found.problems().stream().anyMatch(problem -> problem.contains(list + ", which says which further sets")),
                found.problems()::toString);
        Files.move(aside, list);
        assertWhole(List.of("only", "only@2"));
    }

    @Test
    void everyByteOfTheFileIsChecked() throws IOException {
        new GroupFiles(group).makeSets();
        everyByteIsChecked(Optional.empty());
        everyByteIsChecked(Optional.of(new UUID(5, -6)));
        Files.write(list, new byte[] {1});
        BatonException refused = assertThrows(BatonException.class, this::open);
        assertTrue(refused.getMessage().contains("is damaged; restore the newest one"), refused.getMessage());
        Files.delete(list);
        open().close();
    }

    private void everyByteIsChecked(Optional<UUID> setId) throws IOException {
        FurtherSets written = new FurtherSets(7, List.of(new FurtherSets.Entry(2, true, List.of(Path.of("/dev/d\u00edsk"),
                Path.of("/b"))), new FurtherSets.Entry(4, FurtherSets.State.BLANKING, List.of(Path.of("/d"), Path.of("/e"),
                Path.of("/f")), List.of(Path.of("/e"), Path.of("/f")), setId), new FurtherSets.Entry(7, false, List.of(Path.of("/c")))));
        written.write(list);
        assertEquals(written, FurtherSets.read(list));
        byte[] sound = Files.readAllBytes(list);
        for (int at = 0; at < sound.length; at++) {
            byte[] damaged = sound.clone();
            damaged[at] ^= 1;
            Files.write(list, damaged);
            BatonException refused = assertThrows(BatonException.class, () -> FurtherSets.read(list), "byte " + at);
            assertTrue(refused.code() == ErrorCode.DATA_LOST || refused.code() == ErrorCode.UNSUPPORTED, "byte " + at);
        }
        for (int length = 0; length < sound.length; length++) {
            Files.write(list, Arrays.copyOf(sound, length));
            assertThrows(BatonException.class, () -> FurtherSets.read(list), "cut to " + length);
        }
    }

    /** Its newest set would not be missed, and the next one would get that one's number. */
    @Test
    void anOlderCopyOfTheFileIsRefused() throws IOException {
        try (LocalGroup opened = open()) {
            add(opened, disks, null);
        }
        byte[] older = Files.readAllBytes(list);
        byte[] olderDescriptor = Files.readAllBytes(group.resolve(GroupDescriptor.FILE_NAME));
        List<String> others = new ArrayList<>();
        for (int i = 1; i <= DEVICES; i++) {
            others.add(blank("other-" + i, DEVICE_BYTES).toString());
        }
        try (LocalGroup opened = open()) {
            assertEquals(3, add(opened, others, null).number());
        }
        byte[] newest = Files.readAllBytes(list);
        Files.write(list, older);
        BatonException refused = assertThrows(BatonException.class, this::open);
        assertEquals(ErrorCode.DATA_LOST, refused.code());
        assertTrue(refused.getMessage().contains("knows of 2, while the server was given set 3: it is an older copy"),
                refused.getMessage());
        assertTrue(ClosedGroup.pools(settings()).problems().toString().contains("it is an older copy"));
        Files.write(list, newest);
        assertWhole(List.of("only", "only@2", "only@3"));
        // A crash before the descriptor was written, or an older copy of that: the list counts, and is kept to from then on.
        Files.write(group.resolve(GroupDescriptor.FILE_NAME), olderDescriptor);
        assertWhole(List.of("only", "only@2", "only@3"));
        Files.write(list, older);
        assertThrows(BatonException.class, this::open);
    }

    /** Of the group's servers, one may have sets although the descriptor, an older one, does not say so. */
    @Test
    void whatOtherServersHaveIsNotWrittenOver() throws IOException {
        Path second = group.resolve("sets/server-2");
        new GroupDescriptor(id, 2, 4, DEVICE_BYTES).write(group);
        new GroupFiles(group).makeSets();
        FurtherSets other = FurtherSets.NONE.with(new FurtherSets.Entry(2, true, List.of(Path.of("/dev/nothing"))));
        other.write(second);
        closeDevices(places().prepare(new NewDeviceSet(disks, Optional.empty())));
        assertEquals(other, FurtherSets.read(second));
        assertTrue(GroupDescriptor.read(group).furtherSets());
    }

    /** The others are looked at, and who wants to format anew can. */
    @Test
    void aDamagedFileKeepsNobodyFromCheckingOrFormatting() throws IOException {
        try (LocalGroup opened = open()) {
            add(opened, disks, null);
        }
        byte[] sound = Files.readAllBytes(list);
        sound[20] ^= 1;
        Files.write(list, sound);
        List<String> problems = GroupCheck.run(settings(), false, List.of(), new NobodyWatches(), new CheckStop()).problems();
        assertTrue(problems.stream().anyMatch(problem -> problem.contains(list + ", which says which further sets")),
                problems::toString);
        assertTrue(problems.stream().noneMatch(problem -> problem.contains("the catalog can't be read")), problems::toString);
        LocalGroup.format(settings(), true, Clock.systemUTC(), new SecureRandom());
        assertWhole(List.of("only"));
    }

    private static final class NobodyWatches implements CheckProgress {
        @Override
        public void begins(String what) {
        }

        @Override
        public void read(ServerId server, String pool, long done, long total) {
        }

        @Override
        public void lost(ServerId server, List<Damage> lost) {
        }
    }
}
