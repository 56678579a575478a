package io.batonfs.fs;

import static org.assertj.core.api.Assertions.assertThat;

import org.apache.hadoop.fs.permission.FsCreateModes;
import org.apache.hadoop.fs.permission.FsPermission;
import org.junit.jupiter.api.Test;

/** What is asked for and what the umask takes away, told apart. */
class CreateModesTest {
    private static final FsPermission UMASK = permission(022);

    private static FsPermission permission(int bits) {
        return new FsPermission((short) bits);
    }

    @Test
    void theUmaskStaysApart() {
        assertThat(CreateModes.of(permission(0666), FsPermission.getDirDefault(), UMASK))
                .isEqualTo(new CreateModes(0666, 022));
        assertThat(CreateModes.of(null, FsPermission.getDirDefault(), UMASK)).isEqualTo(new CreateModes(0777, 022));
        assertThat(CreateModes.of(permission(0700), FsPermission.getDirDefault(), UMASK))
                .isEqualTo(new CreateModes(0700, 0));
    }

    /** The server of the job history asks for 1777 with an umask of 1000. */
    @Test
    void theStickyBitIsNoPartOfAnUmask() {
        assertThat(CreateModes.of(permission(01777), FsPermission.getDirDefault(), UMASK))
                .isEqualTo(new CreateModes(0777, 022));
        assertThat(CreateModes.absolute(FsCreateModes.applyUMask(permission(01777), permission(01000))))
                .isEqualTo(new CreateModes(0777, 0));
        assertThat(CreateModes.absolute(permission(01777))).isEqualTo(new CreateModes(01777, 0));
    }
}
