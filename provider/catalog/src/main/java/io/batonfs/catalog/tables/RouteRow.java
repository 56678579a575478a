package io.batonfs.catalog.tables;

import io.batonfs.model.Epoch;
import io.batonfs.model.ServerId;
import java.util.List;
import java.util.Objects;

/**
 * Where a run, or a page that was moved out of its run, is.
 * <pre>
 * version 1 | owners: count 4, 2 each | epoch 8
 * </pre>
 *
 * @param owners the server that serves it, then its mirrors
 * @param epoch  raised with every change
 */
public record RouteRow(List<ServerId> owners, Epoch epoch) {
    private static final int VERSION = 1;

    /** Copies the list. */
    public RouteRow {
        owners = List.copyOf(owners);
        Objects.requireNonNull(epoch, "epoch");
    }

    /** The stored bytes. */
    public byte[] toBytes() {
        return Rows.write(VERSION).list(owners, (out, owner) -> out.u16(owner.value())).i64(epoch.value()).toBytes();
    }

    /** The row in stored bytes. */
    public static RouteRow of(byte[] bytes) {
        return Rows.read("routes", VERSION, bytes,
                in -> new RouteRow(in.list(each -> new ServerId(each.u16())), new Epoch(in.i64())));
    }
}
