package io.batonfs.server.daemon;

import io.batonfs.model.GroupId;
import io.batonfs.server.storage.ScrubReport;
import java.io.Closeable;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Supplier;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.CommonConfigurationKeys;
import org.apache.hadoop.http.HttpServer2;
import org.apache.hadoop.security.authorize.AccessControlList;

/**
 * The HTTP port: health, pools, scrubbing, and what Hadoop's server brings (/jmx, /prom, /conf, /logs, /stacks).
 * Thread-safe.
 */
final class HttpPort implements Closeable {
    private static final String LOGS_KEY = "hadoop.http.logs.enabled";
    private static final String PROMETHEUS_KEY = "hadoop.prometheus.endpoint.enabled";

    private final HttpServer2 server;

    private HttpPort(HttpServer2 server) {
        this.server = server;
    }

    /**
     * Opens the port.
     *
     * @param temporary for the server's own files
     * @param health    asked anew for each request
     * @param pools     likewise
     * @param scrub     likewise
     */
    static HttpPort open(DaemonConfig config, GroupId group, Path temporary, Supplier<Health> health,
            Supplier<PoolsAnswer> pools, Supplier<List<ScrubReport>> scrub) throws IOException {
        Configuration conf = new Configuration(config.hadoop());
        // Off in core-default.xml, so that "unset" is never the case.
        conf.setBoolean(PROMETHEUS_KEY, true);
        if (!conf.getBoolean(CommonConfigurationKeys.HADOOP_SECURITY_AUTHORIZATION, false)) {
            // Everybody counts as an administrator then, and the audit log names files in directories closed to them.
            conf.setBoolean(LOGS_KEY, false);
        }
        conf.set(HttpServer2.HTTP_TEMP_DIR_KEY, temporary.toString());
        HttpServer2 server = new HttpServer2.Builder().setName("baton").setConf(conf).setFindPort(false)
                // Without a list everybody with a name is an administrator, and who gives none has one from Hadoop.
                .setACL(new AccessControlList(config.group().superuser()))
                .addEndpoint(URI.create("http://" + config.http())).build();
        server.setAttribute(HealthServlet.HEALTH, health);
        server.setAttribute(HealthServlet.GROUP, group.toString());
        server.addInternalServlet("health", "/health", HealthServlet.class);
        server.setAttribute(PoolsServlet.POOLS, pools);
        server.addInternalServlet("pools", "/pools", PoolsServlet.class);
        server.setAttribute(ScrubServlet.SCRUB, scrub);
        server.addInternalServlet("scrub", "/scrub", ScrubServlet.class);
        try {
            server.start();
        } catch (IOException e) {
            HttpPort port = new HttpPort(server);
            IOException failure = Ports.cannotListen(DaemonKey.HTTP_ADDRESS, config.http(), e);
            try {
                port.close();
            } catch (IOException stopping) {
                failure.addSuppressed(stopping);
            }
            throw failure;
        }
        return new HttpPort(server);
    }

    int port() {
        return server.getConnectorAddress(0).getPort();
    }

    @Override
    public void close() throws IOException {
        try {
            server.stop();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while the HTTP port was closing", e);
        } catch (Exception e) {
            throw new IOException("the HTTP port could not be closed", e);
        }
    }
}
