/**
 * The control side over Hadoop RPC (ProtobufRpcEngine2): the two protocols as Hadoop sees them, how records become
 * messages and back (one class a subject, {@code *Records}), and both translators: {@link
 * io.batonfs.protocol.rpc.RpcServices} makes calls of the service interfaces into messages, {@link
 * io.batonfs.protocol.rpc.CatalogTranslator} and {@link io.batonfs.protocol.rpc.StorageTranslator} make messages into
 * calls. The messages themselves are generated from {@code src/main/proto} into {@code io.batonfs.protocol.wire}.
 */
package io.batonfs.protocol.rpc;
