package io.batonfs.server.local;

import io.batonfs.model.BatonException;
import io.batonfs.model.ErrorCode;
import io.batonfs.model.ServerId;
import io.batonfs.pools.FileBlockDevice;
import io.batonfs.pools.PoolDevices;
import io.batonfs.pools.StorageSet;
import io.batonfs.server.OpenParts;
import io.batonfs.server.storage.PoolReport;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;

/** What can be told of a group that nobody has open, without changing anything. Stateless. */
public final class ClosedGroup {

    private ClosedGroup() {
    }

    /**
     * Its pools and their devices, as the devices say. How much is in use they say only when they are opened for
     * service.
     *
     * @throws BatonException BUSY if a process has the group open, NOT_FOUND if there is none or no device belongs to
     *                        it
     */
    public static List<PoolReport> pools(LocalGroupConfig settings) throws IOException {
        GroupFiles files = new GroupFiles(settings.directory());
        if (!files.isFormatted()) {
            throw new BatonException(ErrorCode.NOT_FOUND, "there is no Baton group in " + settings.directory()
                    + "; correct " + settings.key("dir"));
        }
        List<PoolReport> reports = new ArrayList<>();
        OpenParts lock = new OpenParts();
        lock.add(GroupLock.take(settings.directory(), settings.key("dir")));
        try {
            GroupDescriptor descriptor = GroupDescriptor.read(settings.directory());
            GroupDevices devices = new GroupDevices(files, settings);
            for (int number = 1; number <= descriptor.servers(); number++) {
                ServerId server = new ServerId(number);
                for (PoolDevices pool : examine(descriptor, devices, server)) {
                    reports.add(new PoolReport(
                            server, pool, PoolReport.Service.NO_SERVER, "", OptionalLong.empty()));
                }
            }
        } finally {
            lock.close();
        }
        return reports;
    }

    private static List<PoolDevices> examine(GroupDescriptor descriptor, GroupDevices devices, ServerId server)
            throws IOException {
        OpenParts opened = new OpenParts();
        try {
            List<FileBlockDevice> found = devices.open(descriptor, server).devices();
            found.forEach(opened::add);
            return StorageSet.examine(found, descriptor.group(), server);
        } finally {
            opened.close();
        }
    }
}
