package io.batonfs.server.daemon;

import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.apache.hadoop.service.launcher.IrqHandler;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/**
 * Runs a server until it is told to end. The main thread waits for the first of two events, a signal or a catalog that
 * has stopped, and then closes everything by itself: ended by a signal in the usual way, a JVM could not say by its exit
 * code whether it went well.
 */
@Command(name = "server", mixinStandardHelpOptions = true,
        description = {"Runs a server in the foreground, formatting its directory and blank devices at the first start.",
            "Prints one line that begins with \"ready\" when it serves. Ends in order on SIGTERM or SIGINT."},
        exitCodeListHeading = "Exit codes:%n",
        exitCodeList = {"0:ended in order, as it was told to", "1:it could not start; the message says why", "2:wrong usage",
            "3:its catalog has stopped; starting it anew may mend it",
            "4:its end took longer than baton.server.shutdown.timeout.ms and was cut short"})
final class ServerCommand implements Callable<Integer> {
    private static final Logger LOG = LoggerFactory.getLogger(ServerCommand.class);

    @Mixin
    private ConfigOptions options;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws Exception {
        DaemonConfig config = options.read();
        CompletableFuture<Integer> end = new CompletableFuture<>();
        for (String signal : new String[] {IrqHandler.SIGTERM, IrqHandler.CONTROL_C}) {
            new IrqHandler(signal, received -> end.complete(ExitCodes.OK)).bind();
        }
        BatonDaemon daemon = BatonDaemon.start(config);
        String ready = "ready " + daemon.addresses();
        LOG.info("{}", ready);
        spec.commandLine().getOut().println(ready);
        spec.commandLine().getOut().flush();
        if (config.exitOnFailedCatalog()) {
            daemon.catalogStopped().thenAccept(reason -> end.complete(ExitCodes.CATALOG_STOPPED));
        }
        int exitCode = end.get();
        LOG.info(exitCode == ExitCodes.OK ? "Told to end" : "Ends because the catalog has stopped");
        CountDownLatch closed = new CountDownLatch(1);
        cutShortAfter(config.shutdownTimeoutMs(), closed);
        daemon.close();
        closed.countDown();
        LOG.info("Ended with exit code {}", exitCode);
        return exitCode;
    }

    /** A daemon thread that ends the JVM if closing hangs; it ends with the JVM, at the latest. */
    private static void cutShortAfter(long timeoutMs, CountDownLatch closed) {
        Thread watchdog = new Thread(() -> {
            try {
                if (!closed.await(timeoutMs, TimeUnit.MILLISECONDS)) {
                    LOG.error("The end took longer than {} ms and is cut short; nothing acknowledged is lost", timeoutMs);
                    Runtime.getRuntime().halt(ExitCodes.SHUTDOWN_CUT_SHORT);
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }, "baton-shutdown-watchdog");
        watchdog.setDaemon(true);
        watchdog.start();
    }
}
