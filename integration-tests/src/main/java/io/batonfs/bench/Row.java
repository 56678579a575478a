package io.batonfs.bench;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * A kind of work that is measured.
 *
 * @param group        the JSON file that it is written to; rows of a group share the processes of a contender
 * @param name         short, without spaces, unique: what {@code bench.rows} chooses by
 * @param unit         what its figures are counted in
 * @param acknowledged what each side has done, written or forced when it answers; one sentence, true for all contenders
 * @param freshBytes   memory that a sample takes for what it writes, over all copies of it; at a place that pays for
 *                     fresh memory by the second {@link FreshMemory} has it ready. 0 if that is too little to matter
 * @param comparisons  what it says, in the order of the report
 * @param work         does it
 */
record Row(
        String group, String name, Unit unit, String acknowledged, long freshBytes, List<Comparison> comparisons,
        Work.Factory work) {

    /** A row that takes no fresh memory worth the name. */
    Row(String group, String name, Unit unit, String acknowledged, List<Comparison> comparisons, Work.Factory work) {
        this(group, name, unit, acknowledged, 0, comparisons, work);
    }

    /** Everything that it has to be measured on, the yardsticks first. */
    Set<Contender> contenders() {
        Set<Contender> contenders = new LinkedHashSet<>();
        for (Comparison comparison : comparisons) {
            if (comparison.yardstick() instanceof Yardstick.Peer peer) {
                contenders.add(peer.contender());
            }
        }
        comparisons.forEach(comparison -> contenders.add(comparison.subject()));
        return contenders;
    }
}
