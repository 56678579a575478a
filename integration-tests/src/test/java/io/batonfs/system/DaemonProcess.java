package io.batonfs.system;

import io.batonfs.processes.ChildSession;
import io.batonfs.server.daemon.BatonDaemon;
import io.batonfs.server.daemon.DaemonConfig;
import org.apache.hadoop.conf.Configuration;

/** A daemon that a test starts, with directory, bytes of a device, control and data address; it says where it is. */
final class DaemonProcess {

    private DaemonProcess() {
    }

    public static void main(String[] arguments) throws Exception {
        ChildSession session = ChildSession.begin();
        Configuration conf = new Configuration();
        conf.set("baton.server.dir", arguments[0]);
        conf.set("baton.server.device.bytes", arguments[1]);
        conf.set("baton.server.reserved.bytes", "0");
        conf.set("baton.server.rpc.address", arguments[2]);
        conf.set("baton.server.data.address", arguments[3]);
        conf.set("baton.server.http.address", "127.0.0.1:0");
        try (BatonDaemon daemon = BatonDaemon.start(DaemonConfig.from(conf))) {
            session.say(daemon.controlAddress() + " " + daemon.dataAddresses().get(0));
            session.hear();
        }
    }
}
