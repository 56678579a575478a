package io.batonfs.server.metrics;

import io.batonfs.pools.PoolStatus;
import io.batonfs.pools.placement.MoveReason;
import io.batonfs.server.storage.PlacementFigures;
import io.batonfs.server.storage.RetirementFigures;
import io.batonfs.server.storage.StorageFigures;
import io.batonfs.server.storage.StorageServer;
import io.batonfs.server.storage.WantedFigures;
import io.batonfs.transport.verbs.TransportMetric;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.hadoop.metrics2.MetricsCollector;
import org.apache.hadoop.metrics2.MetricsRecordBuilder;
import org.apache.hadoop.metrics2.MetricsSource;
import org.apache.hadoop.metrics2.lib.Interns;

/**
 * A storage server's figures, those of each of its pools, of its LWIO connections together, and of each of the few that
 * have carried most: every connection has figures, but thousands of them, which come and go, are nothing that a monitoring
 * system should keep as series. Stateless; thread-safe.
 */
public final class StorageMetrics implements MetricsSource {
    /** As many as fit on a page that somebody looks at. */
    private static final int CONNECTIONS_SHOWN = 16;

    private final StorageServer server;

    /** Of a server that runs as long as this is registered. */
    public StorageMetrics(StorageServer server) {
        this.server = server;
    }

    @Override
    public void getMetrics(MetricsCollector collector, boolean all) {
        StorageFigures figures = server.figures();
        MetricsRecordBuilder record = record(collector, "Storage");
        counter(record, "BytesRead", "File bytes given to clients", figures.bytesRead());
        counter(record, "BytesWritten", "File bytes taken from clients", figures.bytesWritten());
        counter(record, "ReadsFailed", "Reads that were refused or failed", figures.readsFailed());
        counter(record, "WritesFailed", "Writes that were refused or failed", figures.writesFailed());
        counter(record, "AcceleratedReads", "Reads by the accelerated path alone", figures.engine().acceleratedReads());
        counter(record, "AcceleratedWrites", "Writes by the accelerated path alone", figures.engine().acceleratedWrites());
        counter(record, "PlansHandedOver", "Plans handed to the control path", figures.engine().handedOver());
        counter(record, "PlansResubmitted", "Plans that the control path gave back", figures.engine().resubmitted());
        gauge(record, "Connections", "LWIO connections that stand", figures.connections());
        gauge(record, "BuffersInUse", "LWIO buffers in use", figures.buffersInUse());
        gauge(record, "BuffersMade", "LWIO buffers in use, and those kept for the next use", figures.buffersMade());
        gauge(record, "OpenFids", "Files that clients have registered and not closed", figures.openFids());
        gauge(record, "Extents", "Extents held, those that nothing refers to any more included", figures.extents());
        gauge(record, "Problems", "Things that an operator should look at", figures.problems());
        for (Map.Entry<String, PoolStatus> pool : figures.pools().entrySet()) {
            MetricsRecordBuilder ofPool = record(collector, "Pool")
                    .tag(Interns.info("Pool", "The pool"), pool.getKey());
            PoolStatus status = pool.getValue();
            gauge(ofPool, "CapacityBytes", "Bytes of user data that the pool can hold", status.capacityBytes());
            gauge(ofPool, "FreeBytes", "Bytes of user data that the pool can still take", status.freeBytes());
            gauge(ofPool, "FreeSlots", "Segments that can still be made in the pool", status.freeSlots());
            gauge(ofPool, "FailedDevices", "Devices taken out of use", status.failedDevices().size());
            counter(ofPool, "RepairedBlocks", "Blocks mended from redundancy", status.repairedBlocks());
            counter(ofPool, "LostBlocks", "Reads that redundancy could not answer", status.lostBlocks());
        }
        server.placement().ifPresent(moves -> add(record(collector, "Placement"), moves));
        add(record(collector, "WantedMoves"), server.wanted());
        add(record(collector, "Retirement"), server.retirementFigures());
        TransportRecords.add(record(collector, "Lwio"), server.transport(), TransportMetric.Layer.LWIO);
        // Last: metrics2 numbers the JMX attributes of records by their places, and connections come and go.
        server.busiestConnections(CONNECTIONS_SHOWN).forEach((session, metrics) -> {
            MetricsRecordBuilder ofConnection = record(collector, "Connection")
                    .tag(Interns.info("Session", "The LWIO session"), Long.toHexString(session));
            TransportRecords.add(ofConnection, metrics, TransportMetric.Layer.NIC);
            TransportRecords.add(ofConnection, metrics, TransportMetric.Layer.LWIO);
        });
    }

    private static void add(MetricsRecordBuilder record, PlacementFigures moves) {
        counter(record, "Rounds", "Looks at what was done with pages", moves.rounds());
        for (MoveReason reason : MoveReason.values()) {
            counter(record, "PagesMoved" + ofWords(reason), "Pages carried to another pool because of "
                    + reason, moves.pagesMoved().getOrDefault(reason, 0L));
        }
        counter(record, "BytesMoved", "Bytes of pages carried to another pool", moves.bytesMoved());
        counter(record, "PagesStayed", "Pages that changed, or found no room any more, before they could be carried",
                moves.pagesStayed());
        counter(record, "MovesFailed", "Pages that could not be carried and stay where they are", moves.movesFailed());
    }

    private static void add(MetricsRecordBuilder record, WantedFigures moves) {
        counter(record, "PagesMoved", "Pages carried to the pools of their storage policies", moves.pagesMoved());
        counter(record, "BytesMoved", "Bytes of pages carried so", moves.bytesMoved());
        counter(record, "ExtentsPlaced", "Extents of which all is where it was asked for", moves.extentsPlaced());
        gauge(record, "ExtentsWaiting", "Extents that could not be carried yet and are tried again",
                moves.extentsWaiting());
    }

    private static void add(MetricsRecordBuilder record, RetirementFigures figures) {
        gauge(record, "BytesLeft", "Bytes in use in the pools of a set of devices that is being given back",
                figures.bytesLeft());
        counter(record, "PagesMoved", "Pages carried away from such sets", figures.pagesMoved());
        counter(record, "BytesMoved", "Bytes of pages carried so", figures.bytesMoved());
        gauge(record, "Waiting", "1 if what is left, or some of it, can't be carried for now", figures.waiting() ? 1 : 0);
        counter(record, "SetsGone", "Sets that were given back", figures.setsGone());
    }

    /** WITH_ITS_UNIT as WithItsUnit. */
    private static String ofWords(MoveReason reason) {
        return Stream.of(reason.name().split("_"))
                .map(word -> word.charAt(0) + word.substring(1).toLowerCase(Locale.ROOT)).collect(Collectors.joining());
    }

    private MetricsRecordBuilder record(MetricsCollector collector, String name) {
        return collector.addRecord(name).setContext("baton")
                .tag(Interns.info("Server", "The storage server"), server.config().server().toString());
    }

    private static void counter(MetricsRecordBuilder record, String name, String description, long value) {
        record.addCounter(Interns.info(name, description), value);
    }

    private static void gauge(MetricsRecordBuilder record, String name, String description, long value) {
        record.addGauge(Interns.info(name, description), value);
    }
}
