package io.batonfs.catalog;

import io.batonfs.model.GroupId;
import io.batonfs.model.PageGeometry;
import java.util.Optional;

/**
 * What a group was formatted with.
 *
 * @param group            the group
 * @param supergroup       whoever is in it passes all permission checks
 * @param geometry         how volumes are cut
 * @param runPages         pages of a run
 * @param settings         configuration that decides outcomes
 * @param behaviourVersion the rules in force (CAT-9)
 */
public record GroupInfo(
        GroupId group, Optional<String> supergroup, PageGeometry geometry, int runPages, GroupSettings settings,
        int behaviourVersion) {
}
