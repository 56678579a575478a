package io.batonfs.server.local;

import io.batonfs.model.GroupId;
import java.util.List;
import java.util.Objects;

/**
 * What a {@link GroupCheck} found, or a {@link RunningCheck}.
 *
 * @param group         the group
 * @param repaired      whether it was to mend what it could
 * @param catalogRead   whether the catalog could be asked; without it nobody knows what of the damage is in files
 * @param allRead       whether all that devices hold was looked at; if not, problems say why
 * @param problems      what keeps parts of the group from being whole, after a repair too, whatever is in them: a
 *                      sentence each
 * @param mendedBlocks  blocks that were wrong somewhere and that redundancy gives back: mended, or to be mended
 * @param damage        what is lost, as much as can be named
 * @param unnamedBytes  what is lost beyond that
 * @param leftoverBytes what is lost beyond that in segments that nobody reads
 * @param dataBytes     bytes of segments that were read
 * @param extents       extents that the catalog says are there and that were compared
 * @param strayExtents  extents that servers hold and that no route of the catalog leads to; a server gives their space back
 * @param strayBytes    bytes of those
 */
public record CheckedGroup(GroupId group, boolean repaired, boolean catalogRead, boolean allRead,
        List<String> problems, long mendedBlocks, List<Damage> damage, long unnamedBytes, long leftoverBytes,
        long dataBytes, long extents, long strayExtents, long strayBytes) {

    /** Copies the lists. */
    public CheckedGroup {
        Objects.requireNonNull(group, "group");
        problems = List.copyOf(problems);
        damage = List.copyOf(damage);
    }

    /** Whether, as the check has left it, nothing that anybody sees is damaged and nothing is left to be mended. */
    public boolean isSound() {
        return problems.isEmpty() && unnamedBytes == 0 && (repaired || mendedBlocks == 0)
                && damage.stream().allMatch(lost -> catalogRead && !lost.seen().isSeen());
    }

    /** Without the damage that nobody sees, as where it was asked for that at some paths only. */
    CheckedGroup onlySeen() {
        return new CheckedGroup(group, repaired, catalogRead, allRead, problems, mendedBlocks,
                damage.stream().filter(lost -> lost.seen().isSeen()).toList(), unnamedBytes, leftoverBytes, dataBytes,
                extents, strayExtents, strayBytes);
    }
}
