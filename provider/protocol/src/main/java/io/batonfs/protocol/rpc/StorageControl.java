package io.batonfs.protocol.rpc;

import io.batonfs.protocol.wire.StorageMessages.StorageProtocol;
import org.apache.hadoop.ipc.ProtocolInfo;
import org.apache.hadoop.security.KerberosInfo;

/** {@link io.batonfs.protocol.StorageService} as Hadoop RPC sees it; see {@link CatalogControl}. */
@ProtocolInfo(protocolName = "io.batonfs.protocol.StorageService", protocolVersion = ControlProtocol.VERSION)
@KerberosInfo(serverPrincipal = ControlProtocol.SERVER_PRINCIPAL)
public interface StorageControl extends StorageProtocol.BlockingInterface {
}
