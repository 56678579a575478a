package io.batonfs.server.local;

import io.batonfs.catalog.ExtentUse;
import io.batonfs.model.GroupId;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/**
 * What a {@link GroupCheck} found.
 *
 * @param group         the group
 * @param repaired      whether it was to mend what it could
 * @param catalogRead   whether the catalog could be asked; without it nobody knows what of the damage is in files
 * @param problems      what keeps parts of the group from being whole, whatever is in them: a sentence each
 * @param mendedBlocks  blocks that were wrong somewhere and that redundancy gives back: mended, or to be mended
 * @param damage        what is lost, as much as can be named
 * @param unnamedBytes  what is lost beyond that
 * @param dataBytes     bytes of segments that were read
 * @param extents       extents that the catalog says are there and that were compared
 * @param strayExtents  extents that servers hold and that no route of the catalog leads to; a server gives their space back
 * @param strayBytes    bytes of those
 */
public record CheckedGroup(GroupId group, boolean repaired, boolean catalogRead, List<String> problems,
        long mendedBlocks, List<Damage> damage, long unnamedBytes, long dataBytes, long extents, long strayExtents,
        long strayBytes) {

    /** Copies the lists. */
    public CheckedGroup {
        Objects.requireNonNull(group, "group");
        problems = List.copyOf(problems);
        damage = List.copyOf(damage);
    }

    /** Whether nothing that anybody sees is damaged and nothing is left to be mended. */
    public boolean isSound() {
        return problems.isEmpty() && unnamedBytes == 0 && (repaired || mendedBlocks == 0)
                && damage.stream().allMatch(lost -> catalogRead && lost.uses().isEmpty());
    }

    /** With the damage that is seen at or below some paths, and nothing else of it. */
    CheckedGroup below(List<String> paths) {
        List<Damage> seen = new ArrayList<>();
        for (Damage lost : damage) {
            List<ExtentUse> uses = lost.uses().stream()
                    .filter(use -> paths.stream().anyMatch(path -> isBelow(use.place(), path))).toList();
            if (!uses.isEmpty()) {
                seen.add(lost.with(uses));
            }
        }
        return new CheckedGroup(group, repaired, catalogRead, problems, mendedBlocks, seen, unnamedBytes, dataBytes,
                extents, strayExtents, strayBytes);
    }

    private static boolean isBelow(String place, String path) {
        return place.equals(path) || place.startsWith(path.endsWith("/") ? path : path + "/");
    }
}
