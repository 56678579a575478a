package io.batonfs.transport.lwio;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.batonfs.transport.LastingError;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Fids are recycled (LW-5, LW-16): late, in order, and without a table that remembers them all. */
@Timeout(60)
class FidTableTest {
    private static final int FIDS = 65536;

    private static class Closing implements RegisteredFile {
        private int closes;

        @Override
        public void read(long offset, ByteBuffer destination, int[] pieceCrcs, IoResult result) {
            throw new AssertionError();
        }

        @Override
        public void write(long offset, ByteBuffer source, int[] pieceCrcs, IoResult result) {
            throw new AssertionError();
        }

        @Override
        public void close() {
            closes++;
        }
    }

    /** Not even that it can't be closed can be told. */
    @Test
    void theEndComesThoughClosingAllHasFailed() {
        FidTable table = new FidTable(10);
        Closing other = new Closing();
        table.add(new Closing() {
            @Override
            public void close() {
                super.close();
                throw new LastingError();
            }
        }, 0);
        table.add(other, 0);
        int[] told = {0};
        assertThrows(LastingError.class, () -> table.closeAll(() -> told[0]++));
        assertEquals(0, told[0], "one is open still");
        table.closeAll(() -> told[0]++);
        assertEquals(1, told[0]);
        assertEquals(1, other.closes);
    }

    /** Who was to tell that it is closed could not: another one does, and the file is closed once. */
    @Test
    void whoseClosingCantBeToldIsFinishedAfterwards() {
        FidTable table = new FidTable(10);
        Closing file = new Closing();
        int fid = table.add(file, 0);
        int[] told = {0};
        assertThrows(StackOverflowError.class, () -> table.close(fid, () -> {
            if (told[0]++ == 0) {
                throw new StackOverflowError("thrown by the test");
            }
        }));
        table.finishLeft();
        table.finishLeft();
        assertEquals(2, told[0]);
        assertEquals(1, file.closes);
        assertEnds(table);
    }

    /** Who has ended the last I/O had no stack left for the rest. */
    @Test
    void whatNobodyFinishesIsFinishedAtTheEnd() {
        FidTable table = new FidTable(10);
        Closing file = new Closing();
        int fid = table.add(file, 0);
        FidTable.OpenFid io = table.begin(fid);
        close(table, fid);
        assertTrue(table.endsLast(io));
        assertEquals(0, file.closes);
        assertEnds(table);
        assertEquals(1, file.closes);
        table.finish(io);
        assertEquals(1, file.closes, "it comes too late");
    }

    private static void assertEnds(FidTable table) {
        int[] ended = {0};
        table.closeAll(() -> ended[0]++);
        assertEquals(1, ended[0]);
    }

    private static int add(FidTable table) {
        return table.add(new Closing(), 0);
    }

    private static void close(FidTable table, int fid) {
        assertTrue(table.close(fid, () -> { }));
    }

    @Test
    void openingAndClosingForEverNeedsNoMoreRoom() {
        FidTable table = new FidTable(65535);
        int kept = add(table);
        int last = kept;
        for (int i = 0; i < 100_000; i++) {
            int fid = add(table);
            assertTrue(fid > 0 && fid < FIDS && fid != kept, "Fid " + fid);
            close(table, fid);
            assertNull(table.begin(fid));
            assertEquals(LwioStatus.FILE_CLOSED, table.whyNot(fid));
            if (last != kept) {
                assertNull(table.begin(last));
            }
            last = fid;
        }
        assertEquals(8, table.slots());
        assertNotNull(table.begin(kept));
    }

    @Test
    void thereAreAsManyAsAllowedAndNoMore() {
        FidTable two = new FidTable(2);
        assertEquals(1, add(two));
        assertEquals(2, add(two));
        assertEquals(-1, add(two));
        close(two, 1);
        assertEquals(3, add(two));
        FidTable all = new FidTable(65535);
        boolean[] open = new boolean[FIDS];
        for (int i = 0; i < 65535; i++) {
            int fid = add(all);
            assertTrue(fid > 0 && !open[fid], "Fid " + fid);
            open[fid] = true;
        }
        assertEquals(-1, add(all));
        close(all, 77);
        assertEquals(LwioStatus.FILE_CLOSED, all.whyNot(77));
        assertEquals(77, add(all), "the only one that is left");
        close(all, 1000);
        close(all, 999);
        assertEquals(1000, add(all));
        assertEquals(999, add(all));
        List<Boolean> ends = new ArrayList<>();
        all.closeAll(() -> ends.add(true));
        assertEquals(1, ends.size());
        assertEquals(0, all.open());
        assertEquals(-1, add(all));
    }

    @Test
    void theEndWaitsForAFileThatIsBeingOpened() {
        FidTable table = new FidTable(2);
        List<Boolean> ends = new ArrayList<>();
        table.opening();
        table.opening();
        table.opened().run();
        table.closeAll(() -> ends.add(true));
        assertEquals(-1, add(table), "too late");
        assertEquals(0, ends.size());
        table.opened().run();
        assertEquals(1, ends.size());
    }

    /** Whatever is opened and closed: no Fid comes again before 2^15 others, and no closed one is taken for an open one. */
    @Test
    void noFidComesAgainBeforeManyOthers() {
        long seed = Long.getLong("fids.seed", System.nanoTime());
        System.out.println("-Dfids.seed=" + seed);
        Random random = new Random(seed);
        for (int most : new int[] {3, 300, 20_000}) {
            FidTable table = new FidTable(65535);
            List<Integer> open = new ArrayList<>();
            int[] givenAt = new int[FIDS];
            boolean[] isOpen = new boolean[FIDS];
            int added = 0;
            for (int turn = 1; turn <= 150_000; turn++) {
                boolean opens = open.isEmpty() || open.size() < most && random.nextInt(5) < (turn % 9000 < 4500 ? 4 : 2);
                if (opens) {
                    int fid = add(table);
                    added++;
                    String told = "Fid " + fid + " at turn " + turn + " with " + open.size() + " open, seed " + seed;
                    assertTrue(fid > 0 && !isOpen[fid], told);
                    assertTrue(givenAt[fid] == 0 || added - givenAt[fid] >= FIDS / 2, told);
                    givenAt[fid] = added;
                    isOpen[fid] = true;
                    open.add(fid);
                } else {
                    int at = random.nextInt(open.size());
                    int fid = open.get(at);
                    open.set(at, open.get(open.size() - 1));
                    open.remove(open.size() - 1);
                    isOpen[fid] = false;
                    close(table, fid);
                }
                int any = 1 + random.nextInt(FIDS - 1);
                FidTable.OpenFid found = table.begin(any);
                assertEquals(isOpen[any], found != null, "Fid " + any + ", seed " + seed);
                if (found != null) {
                    table.end(found);
                } else {
                    assertEquals(givenAt[any] != 0 ? LwioStatus.FILE_CLOSED : LwioStatus.INVALID_HANDLE,
                            table.whyNot(any), "Fid " + any + ", seed " + seed);
                }
            }
            assertTrue(table.slots() <= Math.max(8, 4 * most), table.slots() + " slots for " + most);
            assertNull(table.begin(0));
            assertEquals(LwioStatus.INVALID_HANDLE, table.whyNot(0));
        }
    }
}
