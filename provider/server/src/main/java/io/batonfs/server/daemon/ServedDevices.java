package io.batonfs.server.daemon;

import io.batonfs.model.ServerId;
import io.batonfs.pools.profile.DeviceProfile;
import io.batonfs.pools.profile.ProfileFormat;
import io.batonfs.protocol.DeviceMeasurement;
import io.batonfs.protocol.MeasureOrder;
import io.batonfs.protocol.StorageService;
import io.batonfs.protocol.rpc.RpcServices;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;

/**
 * The part of {@code baton profile} about devices that a running server uses: it has them measured there, watches, and prints
 * what the server keeps. Used by one thread.
 */
final class ServedDevices {
    private static final int TIMEOUT_MS = 30_000;
    /** The server keeps what it has measured every five seconds. */
    private static final long LOOK_INTERVAL_MS = 1000;

    @Option(names = "--server", required = true, paramLabel = "N",
            description = "The storage server that uses the devices and measures them, by its number. It goes on serving; the "
                    + "more it is asked for, the slower it measures. With --write, writes are measured in free rows of its "
                    + "pools, so that nothing is lost.")
    private int server;

    @Option(names = "--status", description = "Only shows what is kept, and how far measuring is.")
    private boolean status;

    @Option(names = "--stop", description = "Ends measuring; the same command without --stop goes on there.")
    private boolean stop;

    @Option(names = "--background", description = "Begins, and does not watch; for one device, since a server "
            + "measures one at a time.")
    private boolean background;

    private int calls;
    private final UUID client = UUID.randomUUID();

    /** Whether it is about to have something measured. */
    boolean measures() {
        return !status && !stop;
    }

    int call(DaemonConfig config, ControlOptions control, CommandSpec spec, List<Path> devices, MeasureOrder start)
            throws IOException, InterruptedException {
        if ((status ? 1 : 0) + (stop ? 1 : 0) + (background ? 1 : 0) > 1) {
            throw new ParameterException(spec.commandLine(), "give one of --status, --stop and --background");
        }
        if (background && devices.size() > 1) {
            throw new ParameterException(spec.commandLine(), "--background takes one device: a server measures one at a time; "
                    + "leave it away, and they are measured one after the other");
        }
        ServerId asked;
        try {
            asked = new ServerId(server);
        } catch (IllegalArgumentException e) {
            throw new ParameterException(spec.commandLine(), "--server " + server + " is no storage server like 1", e);
        }
        boolean failed = false;
        try (RpcServices services = control.open(config, TIMEOUT_MS)) {
            for (Path device : devices) {
                StorageService storage = services.storage(asked);
                DeviceMeasurement told = tell(storage, order(start, device.toString()));
                if (!status && !background) {
                    told = watch(storage, told, spec);
                }
                print(asked, told, spec);
                failed |= told.state() == DeviceMeasurement.State.FAILED;
            }
        }
        return failed ? ExitCodes.FAILED : ExitCodes.OK;
    }

    private MeasureOrder order(MeasureOrder start, String device) {
        if (status || stop) {
            return MeasureOrder.of(status ? MeasureOrder.Kind.SHOW : MeasureOrder.Kind.STOP, device);
        }
        return new MeasureOrder(MeasureOrder.Kind.START, device, start.writes(), start.again(), start.share(),
                start.zones(), start.samples());
    }

    private DeviceMeasurement tell(StorageService storage, MeasureOrder order) throws IOException {
        return storage.measureDevice(ControlOptions.context(client, ++calls), order);
    }

    private DeviceMeasurement watch(StorageService storage, DeviceMeasurement begun, CommandSpec spec)
            throws IOException, InterruptedException {
        DeviceMeasurement told = begun;
        int printed = -1;
        while (told.state() == DeviceMeasurement.State.RUNNING) {
            int percent = percent(told);
            if (percent != printed) {
                spec.commandLine().getErr().println(told.device() + ": " + percent + " % measured");
                spec.commandLine().getErr().flush();
                printed = percent;
            }
            TimeUnit.MILLISECONDS.sleep(LOOK_INTERVAL_MS);
            told = tell(storage, MeasureOrder.of(MeasureOrder.Kind.SHOW, Integer.toString(told.place())));
        }
        return told;
    }

    private static DeviceProfile profile(DeviceMeasurement told) throws IOException {
        return ProfileFormat.decode(ByteBuffer.wrap(told.profile()), "what the server keeps of " + told.device());
    }

    private static int percent(DeviceMeasurement told) throws IOException {
        if (told.profile().length == 0) {
            return 0;
        }
        DeviceProfile profile = profile(told);
        return (int) (100L * (profile.plannedSamples() - profile.missingSamples()) / profile.plannedSamples());
    }

    private static void print(ServerId server, DeviceMeasurement told, CommandSpec spec) throws IOException {
        spec.commandLine().getOut().println(server + ", place " + told.place() + ", " + told.device() + ": "
                + told.state().name().toLowerCase(Locale.ROOT).replace('_', ' ')
                + (told.state() == DeviceMeasurement.State.NOT_MEASURED ? "" : ", " + percent(told) + " %")
                + (told.reason().isEmpty() ? "" : ": " + told.reason()));
        if (told.profile().length > 0 && percent(told) > 0) {
            new ProfileReport(spec.commandLine().getOut()).add(told.device(), profile(told), "the directory of " + server);
        }
        spec.commandLine().getOut().flush();
    }
}
