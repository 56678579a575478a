package io.batonfs.server.grants;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.batonfs.catalog.SigningKey;
import io.batonfs.model.BatonException;
import io.batonfs.model.ContentId;
import io.batonfs.model.Epoch;
import io.batonfs.model.ErrorCode;
import io.batonfs.model.ExtentId;
import io.batonfs.model.ResumeKey;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

class ResumeKeysTest {
    private static final Clock CLOCK = Clock.fixed(Instant.ofEpochSecond(1_800_000_000L), ZoneOffset.UTC);
    private static final long LATER = 1_800_000_060L;

    private final AtomicReference<List<SigningKey>> keys = new AtomicReference<>(List.of(key(7)));
    private final ResumeKeys resumeKeys = new ResumeKeys(keys::get, CLOCK);

    @Test
    void whatWasSignedIsProved() throws Exception {
        for (Grant grant : List.of(
                Grant.readContent(ContentId.of(0, 5), LATER),
                Grant.readExtent(ExtentId.of(3, 9), LATER),
                Grant.writeExtent(ExtentId.of(0, 1), new Epoch(65535), LATER))) {
            assertEquals(grant, resumeKeys.prove(resumeKeys.sign(grant)));
        }
    }

    @Test
    void everySingleAlteredBitIsRefused() throws Exception {
        ResumeKey genuine = resumeKeys.sign(Grant.writeExtent(ExtentId.of(0, 1), Epoch.FIRST, LATER));
        for (int bit = 0; bit < 64; bit++) {
            long flip = 1L << bit;
            assertRefused(new ResumeKey(genuine.key() ^ flip, genuine.timestamp(), genuine.pid()));
            assertRefused(new ResumeKey(genuine.key(), genuine.timestamp() ^ flip, genuine.pid()));
            assertRefused(new ResumeKey(genuine.key(), genuine.timestamp(), genuine.pid() ^ flip));
        }
    }

    @Test
    void anExpiredKeyIsRefused() throws Exception {
        assertRefused(resumeKeys.sign(Grant.readContent(ContentId.of(0, 5), CLOCK.instant().getEpochSecond())));
    }

    @Test
    void aKeyLivesOnAfterOneRollAndDiesAfterItsSigningKey() throws Exception {
        ResumeKey old = resumeKeys.sign(Grant.readContent(ContentId.of(0, 5), LATER));
        keys.set(List.of(key(7), key(8)));
        resumeKeys.prove(old);
        keys.set(List.of(key(8), key(9)));
        assertRefused(old);
    }

    @Test
    void anotherGroupsKeyIsRefused() throws Exception {
        ResumeKey foreign = resumeKeys.sign(Grant.readContent(ContentId.of(0, 5), LATER));
        keys.set(List.of(new SigningKey(7, new byte[32], 0)));
        assertRefused(foreign);
    }

    private void assertRefused(ResumeKey key) {
        assertEquals(ErrorCode.KEY_REFUSED, assertThrows(BatonException.class, () -> resumeKeys.prove(key)).code());
    }

    private static SigningKey key(int number) {
        byte[] material = new byte[32];
        Arrays.fill(material, (byte) number);
        return new SigningKey(number, material, 0);
    }
}
