package io.batonfs.server.local;

import io.batonfs.model.BatonException;
import io.batonfs.model.ErrorCode;
import io.batonfs.model.ServerId;
import io.batonfs.pools.PoolDevices;
import io.batonfs.pools.StorageSet;
import io.batonfs.server.OpenParts;
import io.batonfs.server.PoolName;
import io.batonfs.server.storage.PoolReport;
import io.batonfs.server.storage.SpareReport;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;

/** What can be told of a group that nobody has open, without changing anything. Stateless. */
public final class ClosedGroup {

    private ClosedGroup() {
    }

    /**
     * What the devices say.
     *
     * @param pools    the pools and their devices
     * @param problems devices that can't be opened or are refused, and servers that none is left of, a sentence each
     * @param spares   devices that are kept to be put in the places of others
     */
    public record Found(List<PoolReport> pools, List<String> problems, List<SpareReport> spares) {

        /** Copies the lists. */
        public Found {
            pools = List.copyOf(pools);
            problems = List.copyOf(problems);
            spares = List.copyOf(spares);
        }
    }

    /**
     * Its pools and their devices, as the devices say. How much is in use they say only when they are opened for
     * service. A server whose devices say nothing is among the problems, and keeps none of the others from being told.
     *
     * @throws BatonException BUSY if a process has the group open, NOT_FOUND if there is none
     */
    public static Found pools(LocalGroupConfig settings) throws IOException {
        GroupFiles files = new GroupFiles(settings.directory());
        if (!files.isFormatted()) {
            throw new BatonException(ErrorCode.NOT_FOUND, "there is no Baton group in " + settings.directory()
                    + "; correct " + settings.key("dir") + ", or make one with \"baton format\"");
        }
        List<PoolReport> reports = new ArrayList<>();
        List<String> problems = new ArrayList<>();
        List<SpareReport> spares = new ArrayList<>();
        OpenParts lock = new OpenParts();
        lock.add(GroupLock.take(settings.directory(), settings.key("dir")));
        try {
            GroupDescriptor descriptor = GroupDescriptor.read(settings.directory());
            GroupDevices devices = new GroupDevices(files, settings);
            for (int number = 1; number <= descriptor.servers(); number++) {
                ServerId server = new ServerId(number);
                for (PoolDevices pool : examine(descriptor, devices, server, problems, spares)) {
                    reports.add(new PoolReport(
                            server, pool, PoolReport.Service.NO_SERVER, "", OptionalLong.empty(), OptionalLong.empty()));
                }
            }
        } finally {
            lock.close();
        }
        return new Found(reports, problems, spares);
    }

    private static List<PoolDevices> examine(GroupDescriptor descriptor, GroupDevices devices, ServerId server,
            List<String> problems, List<SpareReport> spares) throws IOException {
        OpenParts opened = new OpenParts();
        try {
            List<GroupDevices.Opened> sets = devices.open(descriptor, server);
            sets.forEach(set -> set.devices().forEach(opened::add));
            List<PoolDevices> pools = new ArrayList<>();
            for (GroupDevices.Opened set : sets) {
                pools.addAll(examine(descriptor, set, server, problems, spares));
            }
            return pools;
        } catch (BatonException e) {
            problems.add(server + ": " + e.getMessage());
            return List.of();
        } finally {
            opened.close();
        }
    }

    private static List<PoolDevices> examine(GroupDescriptor descriptor, GroupDevices.Opened found, ServerId server,
            List<String> problems, List<SpareReport> spares) throws IOException {
        found.absent().forEach(device -> problems.add(server + ": device not opened: " + device));
        if (found.devices().isEmpty()) {
            problems.add(server + ": none of its devices" + (found.set().number() == PoolName.FIRST_SET ? ""
                    : " in set " + found.set().number()) + " can be opened, so that nothing is known of its pools");
            return List.of();
        }
        try {
            StorageSet.Examined examined = StorageSet.examine(found.devices(), descriptor.group(), server);
            examined.refused().forEach(device -> problems.add(server + ": device refused: " + device));
            examined.apart().forEach(device -> problems.add(server + ": device used without others: " + device));
            examined.older().forEach(device -> problems.add(server + ": device put back: " + device));
            examined.spares().forEach(spare -> spares.add(new SpareReport(server, found.set().number(), spare)));
            return examined.pools();
        } catch (BatonException e) {
            problems.add(server + ": " + e.getMessage());
            return List.of();
        }
    }
}
