package io.batonfs.pools.placement;

/** First come, first in the fast pool, for ever. */
final class StaticTiering implements Tiering {
    private final SimulatedPools pools;

    StaticTiering(SimulatedPools pools) {
        this.pools = pools;
    }

    @Override
    public String name() {
        return "static";
    }

    @Override
    public void appear(int page, TracePage name) {
        // Its number says where it is.
    }

    @Override
    public boolean access(int page, boolean write) {
        return page < pools.fastPages();
    }

    @Override
    public void endInterval(long nowMs) {
        // Nothing ever changes.
    }

    @Override
    public long movedBytes() {
        return 0;
    }
}
