package io.batonfs.server.rpc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.batonfs.model.BatonException;
import io.batonfs.model.Caller;
import io.batonfs.model.ErrorCode;
import io.batonfs.protocol.rpc.RpcServices;
import io.batonfs.server.FreePorts;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.CommonConfigurationKeysPublic;
import org.apache.hadoop.security.UserGroupInformation;
import org.apache.hadoop.security.authorize.ProxyUsers;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A call runs for the user whom the connection has authenticated, whatever else is said. */
class IdentityTest {
    private final AtomicReference<Optional<CallOrigin>> origin = new AtomicReference<>();

    @AfterEach
    void proxyUsersAreTheWholeProcesss() {
        ProxyUsers.refreshSuperUserGroupsConfiguration(new Configuration());
    }

    private Rig rig(String... settings) throws IOException {
        Configuration conf = new Configuration();
        for (int i = 0; i < settings.length; i += 2) {
            conf.set(settings[i], settings[i + 1]);
        }
        Rig rig = new Rig(conf);
        rig.catalog.answer(asked -> {
            origin.set(CallOrigin.current());
            return Optional.empty();
        });
        return rig;
    }

    private static UserGroupInformation user(String name) {
        return UserGroupInformation.createRemoteUser(name);
    }

    private static Caller seen(Rig rig, UserGroupInformation user) throws IOException {
        try (RpcServices client = rig.client(user)) {
            client.catalog().status(Rig.context(), "/f");
            return rig.catalog.last().context().caller();
        }
    }

    @Test
    void eachUserIsHimselfAndALiarIsNotBelieved() throws IOException {
        try (Rig rig = rig()) {
            // Rig.context() names root, a superuser. Nobody of these names exists here, so they have no groups.
            assertEquals(new Caller("baton-test-ann", List.of(), false), seen(rig, user("baton-test-ann")));
            assertEquals(Optional.of(new CallOrigin("baton-test-ann", Optional.empty(), "127.0.0.1")), origin.get());
            assertEquals(new Caller("baton-test-bob", List.of(), false), seen(rig, user("baton-test-bob")));
            assertEquals(new Caller("baton-test-eve", List.of(), false), seen(rig, user("baton-test-eve/host@REALM")));
        }
        assertEquals(Optional.empty(), CallOrigin.current());
    }

    @Test
    void groupsAreTheServersAffair() throws IOException {
        // What the mapping of this process, which is the server's too, is to say of a name.
        UserGroupInformation.createUserForTesting("baton-test-cy", new String[] {"wheel", "staff"});
        try (Rig rig = rig()) {
            assertEquals(new Caller("baton-test-cy", List.of("wheel", "staff"), false),
                    seen(rig, user("baton-test-cy")));
        }
    }

    @Test
    void theUserStaysWhicheverThreadCalls() throws IOException {
        try (Rig rig = rig(); RpcServices client = rig.client(user("baton-test-ann"))) {
            CompletableFuture.runAsync(() -> {
                try {
                    user("baton-test-bob").doAs((java.security.PrivilegedExceptionAction<Void>) () -> {
                        client.catalog().status(Rig.context(), "/f");
                        return null;
                    });
                } catch (IOException | InterruptedException e) {
                    throw new CompletionException(e);
                }
            }).join();
            assertEquals("baton-test-ann", rig.catalog.last().context().caller().user());
        }
    }

    @Test
    void aProxyUserIsLetInByConfigurationOnly() throws IOException {
        UserGroupInformation proxy = UserGroupInformation.createProxyUser("baton-test-ann", user("baton-test-oozie"));
        try (Rig rig = rig()) {
            int before = rig.catalog.calls().size();
            BatonException refused = assertThrows(BatonException.class, () -> seen(rig, proxy));
            assertEquals(ErrorCode.PERMISSION_DENIED, refused.code());
            assertTrue(refused.getMessage().contains("baton-test-oozie is not allowed to impersonate baton-test-ann"),
                    refused.getMessage());
            assertTrue(refused.getMessage().contains("hadoop.proxyuser"), refused.getMessage());
            assertEquals(before, rig.catalog.calls().size());
        }
        try (Rig rig = rig("hadoop.proxyuser.baton-test-oozie.users", "baton-test-ann",
                "hadoop.proxyuser.baton-test-oozie.hosts", "127.0.0.1")) {
            assertEquals(new Caller("baton-test-ann", List.of(), false), seen(rig, proxy));
            assertEquals(Optional.of(new CallOrigin("baton-test-ann", Optional.of("baton-test-oozie"), "127.0.0.1")),
                    origin.get());
            UserGroupInformation other =
                    UserGroupInformation.createProxyUser("baton-test-bob", user("baton-test-oozie"));
            assertEquals(ErrorCode.PERMISSION_DENIED,
                    assertThrows(BatonException.class, () -> seen(rig, other)).code());
        }
    }

    @Test
    void serviceAuthorizationDecidesWhoMayComeInAtAll() throws IOException {
        try (Rig rig = rig("hadoop.security.authorization", "true",
                ControlPolicies.ACL_KEY, "baton-test-ann")) {
            assertEquals("baton-test-ann", seen(rig, user("baton-test-ann")).user());
            BatonException refused = assertThrows(BatonException.class, () -> seen(rig, user("baton-test-bob")));
            assertEquals(ErrorCode.PERMISSION_DENIED, refused.code());
            assertTrue(refused.getMessage().contains(ControlPolicies.ACL_KEY), refused.getMessage());
            try (RpcServices client = rig.client(user("baton-test-bob"))) {
                assertEquals(ErrorCode.PERMISSION_DENIED, assertThrows(BatonException.class, () ->
                        client.storage(Rig.FIRST).negotiate(Rig.context(), new byte[1])).code());
            }
        }
        assertFalse(new Configuration().getBoolean("hadoop.security.authorization", false));
    }

    @Test
    void aStartThatFailsLeavesThePortFree() throws IOException {
        Configuration conf = new Configuration();
        conf.set(CommonConfigurationKeysPublic.HADOOP_SECURITY_IMPERSONATION_PROVIDER_CLASS, "there.is.no.such.Class");
        int port = FreePorts.next();
        InetSocketAddress bind = new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
        assertThrows(RuntimeException.class, () -> ControlServer.start(conf, bind, new RecordingCatalog(),
                server -> new RecordingStorage(server), new RecordingChecks(), 1));
        try (ServerSocket again = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
            assertEquals(port, again.getLocalPort());
        }
    }
}
