package io.batonfs.bench;

import java.util.OptionalDouble;

/**
 * What a row says about a contender.
 *
 * @param subject   whose figure it is
 * @param yardstick what it is compared with
 * @param goal      the ratio that is wanted, above 1 meaning better than the yardstick; empty if none is stated
 */
record Comparison(Contender subject, Yardstick yardstick, OptionalDouble goal) {

    /** Beside HDFS, with a goal. */
    static Comparison withHdfs(Contender subject, double goal) {
        return new Comparison(subject, new Yardstick.Peer(Contender.HDFS), OptionalDouble.of(goal));
    }

    /** Beside a contender, without a goal. */
    static Comparison with(Contender subject, Contender peer) {
        return new Comparison(subject, new Yardstick.Peer(peer), OptionalDouble.empty());
    }
}
