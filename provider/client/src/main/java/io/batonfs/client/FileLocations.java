package io.batonfs.client;

import io.batonfs.client.BatonClient.ByteLocation;
import io.batonfs.client.ReadView.Span;
import io.batonfs.model.PageGeometry;
import io.batonfs.model.Route;
import io.batonfs.model.ServerId;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** Which hosts hold which bytes of a file. Thread-safe. */
final class FileLocations {
    private final GroupConnection group;
    private final Calls calls;
    private final RoutingCache routing;
    private final ClientTime time;

    FileLocations(GroupConnection group, Calls calls, RoutingCache routing, ClientTime time) {
        this.group = group;
        this.calls = calls;
        this.routing = routing;
        this.time = time;
    }

    /** See {@link BatonClient#locate}; of an open file the committed part. Neighbours on the same hosts are one. */
    List<ByteLocation> of(String path, long offset, long length) throws IOException {
        ReadView view = new ReadView(
                calls.catalog((catalog, context) -> catalog.open(context, path)), 0, time.nowMs());
        long end = length > view.committedBytes() - offset ? view.committedBytes() : offset + length;
        List<ByteLocation> locations = new ArrayList<>();
        PageGeometry geometry = view.geometry();
        for (long position = Math.max(0, offset); position < end; ) {
            Span span = view.spanAt(position);
            long address = span.address(geometry);
            long taken = Math.min(Math.min(span.lengthBytes(), end - position),
                    geometry.pageBytes() - geometry.offsetInPage(address));
            Route route = routing.of(span.extent().pages().volume(), geometry.pageOf(address), view.routes());
            add(locations, new ByteLocation(position, taken, hosts(route)));
            position += taken;
        }
        return locations;
    }

    private static void add(List<ByteLocation> locations, ByteLocation next) {
        int last = locations.size() - 1;
        if (last >= 0 && locations.get(last).hosts().equals(next.hosts())) {
            ByteLocation before = locations.get(last);
            locations.set(last, new ByteLocation(
                    before.offset(), before.lengthBytes() + next.lengthBytes(), before.hosts()));
        } else {
            locations.add(next);
        }
    }

    private List<String> hosts(Route route) throws IOException {
        List<String> hosts = new ArrayList<>();
        for (ServerId server : route.owners()) {
            hosts.add(group.hostOf(server));
        }
        return hosts;
    }
}
