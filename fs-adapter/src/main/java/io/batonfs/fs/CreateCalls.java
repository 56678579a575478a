package io.batonfs.fs;

import io.batonfs.client.BatonOutput;
import io.batonfs.fs.HadoopErrors.Doing;
import io.batonfs.protocol.CreateOptions;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.util.EnumSet;
import org.apache.hadoop.fs.CreateFlag;
import org.apache.hadoop.fs.FileAlreadyExistsException;

/**
 * Opens files for writing by Hadoop's flags: CREATE makes what is missing, OVERWRITE replaces what is there, APPEND goes
 * on with it, SYNC_BLOCK makes the close as good as a sync. The others ask for what Baton decides by itself (where
 * replicas lie, when a block ends) and are accepted. Thread-safe.
 */
final class CreateCalls {
    /** Each try but the first means that somebody else has made or deleted the file meanwhile. */
    private static final int MOST_TRIES = 100;

    private final GroupCalls group;

    CreateCalls(GroupCalls group) {
        this.group = group;
    }

    /**
     * A stream to write to.
     *
     * @param stream        the stream
     * @param positionBytes where the next byte goes
     */
    record Opened(BatonOutputStream stream, long positionBytes) {
    }

    /** Opens by flags, which {@link CreateFlag#validate} has found to go together. */
    Opened open(String path, EnumSet<CreateFlag> flags, CreateOptions options) throws IOException {
        boolean sync = flags.contains(CreateFlag.SYNC_BLOCK);
        if (flags.contains(CreateFlag.APPEND)) {
            return flags.contains(CreateFlag.CREATE) ? appendOrCreate(path, options, sync) : append(path, sync);
        }
        if (!flags.contains(CreateFlag.CREATE) && group.read(path, client -> client.status(path)).isEmpty()) {
            throw new FileNotFoundException(HadoopErrors.missing(path));
        }
        return create(path, options, sync);
    }

    /** As often as others make and delete the file meanwhile, which is what the two failures say. */
    private Opened appendOrCreate(String path, CreateOptions options, boolean sync) throws IOException {
        for (int i = 1; ; i++) {
            if (group.read(path, client -> client.status(path)).isPresent()) {
                try {
                    return append(path, sync);
                } catch (FileNotFoundException e) {
                    if (i == MOST_TRIES) {
                        throw e;
                    }
                }
            } else {
                try {
                    return create(path, options, sync);
                } catch (FileAlreadyExistsException e) {
                    if (i == MOST_TRIES) {
                        throw e;
                    }
                }
            }
        }
    }

    private Opened create(String path, CreateOptions options, boolean sync) throws IOException {
        return group.call(path, Doing.MAKING_A_FILE,
                client -> new Opened(new BatonOutputStream(client.create(path, options), path, sync, group), 0));
    }

    /** Opens at the end. */
    Opened append(String path, boolean syncOnClose) throws IOException {
        return group.call(path, Doing.MAKING_A_FILE, client -> {
            BatonOutput output = client.append(path);
            return new Opened(new BatonOutputStream(output, path, syncOnClose, group), output.position());
        });
    }
}
