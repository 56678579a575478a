package io.batonfs.protocol.rpc;

import io.batonfs.protocol.wire.CatalogMessages.CatalogProtocol;
import org.apache.hadoop.ipc.ProtocolInfo;
import org.apache.hadoop.security.KerberosInfo;

/**
 * {@link io.batonfs.protocol.CatalogService} as Hadoop RPC sees it: generated calls, with name, version and principal.
 * The name has to be that of a class that servers have: service authorization looks it up.
 */
@ProtocolInfo(protocolName = "io.batonfs.protocol.CatalogService", protocolVersion = ControlProtocol.VERSION)
@KerberosInfo(serverPrincipal = ControlProtocol.SERVER_PRINCIPAL)
public interface CatalogControl extends CatalogProtocol.BlockingInterface {
}
