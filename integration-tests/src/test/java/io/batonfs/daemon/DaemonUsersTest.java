package io.batonfs.daemon;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.batonfs.fs.BatonFileSystem;
import io.batonfs.processes.ServerProcess;
import java.io.IOException;
import java.security.PrivilegedExceptionAction;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.fs.permission.FsPermission;
import org.apache.hadoop.security.AccessControlException;
import org.apache.hadoop.security.UserGroupInformation;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Several users of a daemon: each is who he is at the other end, a proxy user too, and the audit log tells. */
class DaemonUsersTest {
    private static final String GROUPS = "alice=analysts;bob=analysts;carol=guests;" + System.getProperty("user.name")
            + "=wheel;gateway=services";
    private static final int LENGTH = 1000;

    @TempDir
    private java.nio.file.Path scratch;

    private static BatonFileSystem openAs(UserGroupInformation user, ServerProcess server) throws Exception {
        return user.doAs((PrivilegedExceptionAction<BatonFileSystem>) server::open);
    }

    private static UserGroupInformation user(String name) {
        return UserGroupInformation.createRemoteUser(name);
    }

    @Test
    void permissionsHoldAndTheAuditLogNamesEverybody() throws Exception {
        try (ServerProcess server = new ServerProcess(scratch.resolve("logs"), scratch.resolve("group"))
                .with("hadoop.user.group.static.mapping.overrides", GROUPS)
                .with("hadoop.proxyuser.gateway.hosts", "127.0.0.1")
                .with("hadoop.proxyuser.gateway.users", "alice")
                .start();
                BatonFileSystem superuser = server.open();
                BatonFileSystem alice = openAs(user("alice"), server);
                BatonFileSystem bob = openAs(user("bob"), server);
                BatonFileSystem carol = openAs(user("carol"), server);
                BatonFileSystem aliceByGateway =
                        openAs(UserGroupInformation.createProxyUser("alice", user("gateway")), server)) {
            Path home = new Path("/home/alice");
            superuser.mkdirs(home);
            superuser.setOwner(home, "alice", "analysts");
            superuser.setPermission(home, new FsPermission((short) 0750));

            Path direct = new Path(home, "direct");
            Path proxied = new Path(home, "proxied");
            Contents.write(alice, direct, 1, LENGTH);
            Contents.write(aliceByGateway, proxied, 2, LENGTH);
            assertThat(alice.getFileStatus(proxied).getOwner()).isEqualTo("alice");
            alice.setPermission(proxied, new FsPermission((short) 0600));
            Contents.holds(aliceByGateway, proxied, 2, LENGTH);
            Contents.holds(bob, direct, 1, LENGTH);
            denied(() -> bob.open(proxied).close());
            denied(() -> bob.delete(direct, false));
            denied(() -> bob.create(new Path(home, "of-bob")).close());
            denied(() -> carol.open(direct).close());
            denied(() -> carol.listStatus(home));
            denied(() -> alice.setOwner(direct, "bob", "analysts"));
            Contents.holds(superuser, proxied, 2, LENGTH);

            assertThatThrownBy(() -> mkdirsAs(server, UserGroupInformation.createProxyUser("bob", user("gateway"))))
                    .as("gateway may stand for alice only").isInstanceOf(IOException.class)
                    .hasMessageContaining("gateway").hasMessageContaining("bob");
            assertThatThrownBy(() -> mkdirsAs(server, UserGroupInformation.createProxyUser("alice", user("carol"))))
                    .as("carol may stand for nobody").isInstanceOf(IOException.class).hasMessageContaining("carol");

            assertThat(server.log())
                    .containsPattern("allowed=true\tugi=alice\tip=/127.0.0.1\tcmd=create\tsrc=/home/alice/direct\t")
                    .containsPattern("allowed=true\tugi=alice via gateway\tip=[^\t]*\tcmd=create\t"
                            + "src=/home/alice/proxied\t")
                    .containsPattern("allowed=false\tugi=bob\tip=[^\t]*\tcmd=open\tsrc=/home/alice/proxied\t")
                    .containsPattern("allowed=false\tugi=bob\tip=[^\t]*\tcmd=delete\tsrc=/home/alice/direct\t")
                    .containsPattern("allowed=false\tugi=carol\tip=[^\t]*\tcmd=listStatus\tsrc=/home/alice\t");
        }
    }

    private static void mkdirsAs(ServerProcess server, UserGroupInformation user) throws Exception {
        try (BatonFileSystem fs = openAs(user, server)) {
            fs.mkdirs(new Path("/by-proxy"));
        }
    }

    private static void denied(ThrowingCallable call) {
        assertThatThrownBy(call).isInstanceOf(AccessControlException.class);
    }
}
