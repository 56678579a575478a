package io.batonfs.pools;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.HashSet;
import java.util.Set;

/**
 * The devices of a pool as its scrubbing reaches them: every byte that is read or written there is counted, that which
 * looks at a block once more, writes it anew and reads it back included, so that all of it keeps to the rate. What is
 * mended is counted, and what would have been if it were allowed. Used by one thread at a time.
 */
final class CountedMembers implements MemberAccess {
    private record Place(int device, long offset) {
    }

    private final PoolMembers members;
    private final ScrubFindings findings;
    /** Blocks that are wrong and were left so since {@link #takeLeft} was asked last. */
    private final Set<Place> left = new HashSet<>();

    CountedMembers(PoolMembers members, ScrubFindings findings) {
        this.members = members;
        this.findings = findings;
    }

    @Override
    public boolean online(int device) {
        return members.online(device);
    }

    @Override
    public String name(int device) {
        return members.name(device);
    }

    @Override
    public void read(int device, long offset, ByteBuffer destination) throws IOException {
        if (members.online(device)) {
            findings.read(destination.remaining());
        }
        members.read(device, offset, destination);
    }

    @Override
    public void writeData(int device, long offset, ByteBuffer source) throws IOException {
        if (members.online(device)) {
            findings.written(source.remaining());
        }
        members.writeData(device, offset, source);
    }

    @Override
    public void damaged(int device, long offset) {
        members.damaged(device, offset);
    }

    @Override
    public long unreadable(int device, long offset, int blocks) {
        return members.unreadable(device, offset, blocks);
    }

    @Override
    public boolean mends() {
        return members.mends();
    }

    @Override
    public boolean mend(int device, long offset, ByteBuffer sound) throws IOException {
        if (!members.online(device) || left.contains(new Place(device, offset))) {
            return false;
        }
        findings.damaged(1);
        boolean mended = members.mend(device, offset, sound);
        if (mended) {
            findings.written(sound.remaining());
            findings.read(sound.remaining());
            // A device that would not take it has left the pool by now.
            findings.repaired(members.online(device) ? 1 : 0);
        } else if (members.online(device)) {
            // Not one that went out just now: there is nothing left to mend.
            left.add(new Place(device, offset));
        }
        return mended;
    }

    /** How many blocks were wrong and could have been mended, but were left as they are, since this was asked last. */
    int takeLeft() {
        int count = left.size();
        left.clear();
        return count;
    }
}
