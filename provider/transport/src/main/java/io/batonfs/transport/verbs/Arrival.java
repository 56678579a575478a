package io.batonfs.transport.verbs;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ReadableByteChannel;

/**
 * A message that is coming in piece by piece, straight into the memory where it belongs. The memory is pinned only while
 * a piece is being moved, so that a peer that stops in the middle of a message keeps nobody from deregistering it; what a
 * refused or abandoned message has brought by then stays there, as with any NIC. Used by one thread at a time.
 */
public interface Arrival {

    /**
     * {@link WorkStatus#SUCCESS} as long as pieces can be taken. Anything else is final and what the sender is to be told;
     * the arrival has then ended by itself.
     */
    WorkStatus status();

    /** Bytes that have not come yet. */
    int missingBytes();

    /** Takes the bytes of a buffer, as many as are missing and are there; its position goes on by them. */
    void take(ByteBuffer source);

    /**
     * Takes bytes of a channel, as many as are missing and it gives without waiting.
     *
     * @return bytes moved; -1 at the end of the channel
     */
    int take(ReadableByteChannel source) throws IOException;

    /**
     * Once nothing is missing: adds the completion, where there is one to add; as {@link WireEndpoint#deliver}. Again
     * adds nothing.
     */
    WorkStatus finish();

    /**
     * The rest will never come; a receive that it took up is given back as {@link WorkStatus#FLUSHED}. Does nothing
     * once it has {@linkplain #finish finished}.
     */
    void abandon();
}
