package io.batonfs.pools;

import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * The devices of a pool for who brings something to the one that is being rebuilt in a place, and to no other: data are
 * written to that one alone, also where another one serves in the place meanwhile. Reading and mending are as ever.
 */
final class RebuildTarget implements MemberAccess {
    private final PoolMembers members;
    private final int device;
    private final int number;

    /** @param number the rebuilding, see {@link PoolMembers#rebuildNumber} */
    RebuildTarget(PoolMembers members, int device, int number) {
        this.members = members;
        this.device = device;
        this.number = number;
    }

    @Override
    public boolean online(int each) {
        return members.online(each);
    }

    @Override
    public String name(int each) {
        return members.name(each);
    }

    @Override
    public void read(int each, long offset, ByteBuffer destination) throws IOException {
        members.read(each, offset, destination);
    }

    @Override
    public void writeData(int each, long offset, ByteBuffer source) throws IOException {
        if (each != device) {
            throw new IllegalArgumentException("device " + name(each) + " is not the one that is being rebuilt");
        }
        members.writeRebuilding(device, number, offset, source);
    }

    @Override
    public void damaged(int each, long offset) {
        members.damaged(each, offset);
    }

    @Override
    public long unreadable(int each, long offset, int blocks) {
        return members.unreadable(each, offset, blocks);
    }

    @Override
    public boolean mends() {
        return members.mends();
    }

    @Override
    public boolean mend(int each, long offset, ByteBuffer sound) throws IOException {
        return members.mend(each, offset, sound);
    }
}
