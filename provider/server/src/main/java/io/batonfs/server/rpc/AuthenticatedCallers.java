package io.batonfs.server.rpc;

import io.batonfs.model.BatonException;
import io.batonfs.model.Caller;
import io.batonfs.model.ErrorCode;
import io.batonfs.protocol.rpc.ServedCalls;
import java.util.List;
import org.apache.hadoop.ipc.Server;
import org.apache.hadoop.security.UserGroupInformation;

/**
 * The user whom the connection has authenticated, with the groups that this server's mapping gives him
 * ({@code hadoop.security.group.mapping}); one without groups is fine. Never a superuser: who that is, the group
 * decides by its own setting, not a client and not a connection.
 */
final class AuthenticatedCallers implements ServedCalls.Callers {

    @Override
    public Caller current() throws BatonException {
        UserGroupInformation user = Server.getRemoteUser();
        String name = user == null ? "" : user.getShortUserName();
        if (name.isEmpty()) {
            throw new BatonException(ErrorCode.PERMISSION_DENIED, "the connection does not say whose it is; log in, or"
                    + " set HADOOP_USER_NAME where the server trusts that");
        }
        return new Caller(name, List.copyOf(user.getGroupsSet()), false);
    }
}
