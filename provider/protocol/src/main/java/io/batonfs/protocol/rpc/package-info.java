/**
 * The control side over Hadoop RPC (ProtobufRpcEngine2): the three protocols as Hadoop sees them, how records become
 * messages and back (one class a subject, {@code *Records}), and the translators: {@link
 * io.batonfs.protocol.rpc.RpcServices} and {@link io.batonfs.protocol.rpc.CheckServices} make calls of the service
 * interfaces into messages, {@link io.batonfs.protocol.rpc.CatalogTranslator}, {@link
 * io.batonfs.protocol.rpc.StorageTranslator} and {@link io.batonfs.protocol.rpc.CheckTranslator} make messages into
 * calls. The messages themselves are generated from {@code src/main/proto} into {@code io.batonfs.protocol.wire}.
 */
package io.batonfs.protocol.rpc;
