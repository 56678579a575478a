package io.batonfs.protocol.rpc;

import io.batonfs.protocol.wire.CheckMessages.CheckProtocol;
import org.apache.hadoop.ipc.ProtocolInfo;
import org.apache.hadoop.security.KerberosInfo;

/** {@link io.batonfs.protocol.CheckService} as Hadoop RPC sees it; see {@link CatalogControl}. */
@ProtocolInfo(protocolName = "io.batonfs.protocol.CheckService", protocolVersion = ControlProtocol.VERSION)
@KerberosInfo(serverPrincipal = ControlProtocol.SERVER_PRINCIPAL)
public interface CheckControl extends CheckProtocol.BlockingInterface {
}
