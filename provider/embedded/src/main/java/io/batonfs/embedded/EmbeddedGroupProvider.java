package io.batonfs.embedded;

import io.batonfs.client.GroupConnection;
import io.batonfs.client.GroupProvider;
import io.batonfs.server.local.LocalGroup;
import java.io.IOException;
import java.util.Map;

/** Serves {@code baton:///}: URIs without an authority. Stateless; thread-safe. */
public final class EmbeddedGroupProvider implements GroupProvider {

    @Override
    public boolean serves(String authority, Map<String, String> settings) {
        return authority == null || authority.isEmpty();
    }

    @Override
    public GroupConnection connect(String authority, Map<String, String> settings) throws IOException {
        EmbeddedGroups groups = EmbeddedGroups.OF_THIS_JVM;
        LocalGroup group = groups.acquire(EmbeddedSettings.of(settings));
        try {
            return new EmbeddedConnection(groups, group);
        } catch (RuntimeException e) {
            groups.release(group);
            throw e;
        }
    }
}
