package io.batonfs.server.rpc;

import java.net.InetAddress;
import java.util.Objects;
import java.util.Optional;
import org.apache.hadoop.ipc.Server;
import org.apache.hadoop.security.UserGroupInformation;

/**
 * Where a call over the control side comes from, for an audit log.
 *
 * @param user     short name of the user on whose behalf it is made
 * @param realUser short name of the user who is logged in, where that is another: a proxy user (hadoop.proxyuser.*)
 * @param address  the client's IP address
 */
public record CallOrigin(String user, Optional<String> realUser, String address) {

    /** Checks for nulls. */
    public CallOrigin {
        Objects.requireNonNull(user, "user");
        Objects.requireNonNull(realUser, "realUser");
        Objects.requireNonNull(address, "address");
    }

    /**
     * The origin of the call that the present thread serves; empty in a thread that serves none, as in the embedded
     * form or in a thread to which a call was handed on.
     */
    public static Optional<CallOrigin> current() {
        InetAddress address = Server.getRemoteIp();
        UserGroupInformation user = Server.getRemoteUser();
        if (address == null || user == null) {
            return Optional.empty();
        }
        return Optional.of(new CallOrigin(user.getShortUserName(),
                Optional.ofNullable(user.getRealUser()).map(UserGroupInformation::getShortUserName),
                address.getHostAddress()));
    }
}
