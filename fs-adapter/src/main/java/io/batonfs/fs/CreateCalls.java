package io.batonfs.fs;

import io.batonfs.client.BatonOutput;
import io.batonfs.fs.HadoopErrors.Doing;
import io.batonfs.protocol.CreateOptions;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.util.EnumSet;
import org.apache.hadoop.fs.CreateFlag;

/**
 * Opens files for writing by Hadoop's flags: CREATE makes what is missing, OVERWRITE replaces what is there, APPEND goes
 * on with it, SYNC_BLOCK makes the close as good as a sync. The others ask for what Baton decides by itself (where
 * replicas lie, when a block ends) and are accepted. Thread-safe.
 */
final class CreateCalls {
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
        boolean create = flags.contains(CreateFlag.CREATE);
        boolean append = flags.contains(CreateFlag.APPEND);
        boolean sync = flags.contains(CreateFlag.SYNC_BLOCK);
        if (append || !create) {
            boolean there = group.read(path, client -> client.status(path)).isPresent();
            if (there && append) {
                return append(path, sync);
            }
            if (!there && !create) {
                throw new FileNotFoundException(HadoopErrors.missing(path));
            }
        }
        return group.call(path, Doing.MAKING_A_FILE,
                client -> new Opened(new BatonOutputStream(client.create(path, options), path, sync), 0));
    }

    /** Opens at the end. */
    Opened append(String path, boolean syncOnClose) throws IOException {
        return group.call(path, Doing.MAKING_A_FILE, client -> {
            BatonOutput output = client.append(path);
            return new Opened(new BatonOutputStream(output, path, syncOnClose), output.position());
        });
    }
}
