package io.batonfs.server.rpc;

import io.batonfs.protocol.CatalogService;
import io.batonfs.protocol.CheckService;
import io.batonfs.protocol.StorageService;
import org.apache.hadoop.security.authorize.PolicyProvider;
import org.apache.hadoop.security.authorize.Service;

/**
 * Who may use the control side at all, where {@code hadoop.security.authorization} is on: users, groups and hosts as
 * hadoop-policy.xml names them under one key for all protocols, since none is of use without the others.
 */
final class ControlPolicies extends PolicyProvider {
    /** The key in hadoop-policy.xml; beside it, as for all services, {@code .blocked}, {@code .hosts} and so on. */
    static final String ACL_KEY = "security.baton.client.protocol.acl";

    @Override
    public Service[] getServices() {
        return new Service[] {
            new Service(ACL_KEY, CatalogService.class), new Service(ACL_KEY, StorageService.class),
            new Service(ACL_KEY, CheckService.class)};
    }
}
