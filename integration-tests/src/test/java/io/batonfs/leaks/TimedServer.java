package io.batonfs.leaks;

import io.batonfs.processes.ChildSession;
import io.batonfs.server.daemon.BatonDaemon;
import io.batonfs.server.daemon.DaemonConfig;
import java.util.Arrays;
import org.apache.hadoop.conf.Configuration;

/**
 * A daemon in a JVM of its own, whose time the test can let pass. Arguments: settings as {@code key=value}. It says
 * where it takes control calls, data and HTTP; then it hears "pass MILLISECONDS", "figures", "threads", "end".
 */
final class TimedServer {
    private TimedServer() {
    }

    public static void main(String[] arguments) throws Exception {
        ChildSession session = ChildSession.begin();
        Configuration conf = new Configuration();
        Arrays.stream(arguments).map(setting -> setting.split("=", 2)).forEach(each -> conf.set(each[0], each[1]));
        PassingClock clock = new PassingClock();
        try (BatonDaemon daemon = BatonDaemon.start(DaemonConfig.from(conf), clock)) {
            session.say(daemon.controlAddress().port() + " " + daemon.dataAddresses().get(0).port() + " "
                    + daemon.httpAddress().port());
            for (String line = session.hear(); !line.equals("end"); line = session.hear()) {
                String[] words = line.split(" ");
                switch (words[0]) {
                    case "pass" -> {
                        clock.pass(Long.parseLong(words[1]));
                        session.say("passed");
                    }
                    case "figures" -> session.say(ProcessFigures.measure().toLine());
                    case "threads" -> session.say(ProcessFigures.threadNames().toString());
                    default -> throw new IllegalArgumentException(line);
                }
            }
        }
    }
}
