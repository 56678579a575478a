package io.batonfs.bench.transport;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Every carrier brings every byte of all that the rows ask of it; the bytes are looked at by {@link LaneTest}'s means.
 */
@Timeout(120)
class CarriersTest {
    private static final long PATIENCE_S = 60;

    @TempDir
    private Path temporary;

    @ParameterizedTest
    @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "AERON")
    void carriesAllThatRowsAskOfIt(Carrier carrier) throws Exception {
        CarrierCheck.check(carrier, temporary);
    }

    @Test
    void aeronCarriesItInAJvmWhosePackagesAreOpenToIt() throws Exception {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-Xmx256m",
                "-XX:-UsePerfData", "-XX:TieredStopAtLevel=1", "-Djava.io.tmpdir=" + temporary));
        Carrier.AERON.openedPackages().forEach(name -> command.add("--add-opens=" + name + "=ALL-UNNAMED"));
        command.addAll(List.of("-classpath", System.getProperty("java.class.path"), CarrierCheck.class.getName(),
                Carrier.AERON.name(), temporary.toString()));
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        try {
            String said = String.join("\n", process.inputReader().lines().toList());
            assertThat(process.waitFor(PATIENCE_S, TimeUnit.SECONDS)).as("whether it ends").isTrue();
            assertThat(said).endsWith(CarrierCheck.DONE);
        } finally {
            process.destroyForcibly().waitFor();
        }
    }

    @Test
    void whatACarrierCannotDoIsRefused() throws Exception {
        assertThatThrownBy(() -> Carrier.IN_PROCESS.serve(temporary)).isInstanceOf(UnsupportedOperationException.class);
        Load page = Load.hot(Operation.READ, 4096, 1, 1);
        assertThatThrownBy(() -> Carrier.IN_PROCESS.connect(page, temporary, Service.DOORBELL))
                .isInstanceOf(UnsupportedOperationException.class).hasMessageContaining("sleeps");
        Served served = Carrier.RING.serve(temporary);
        try {
            ServerFacts facts = new ServerFacts(new Properties());
            facts.values().putAll(served.addresses());
            Load two = Load.hot(Operation.READ, 4096, 1, 2);
            assertThatThrownBy(() -> Carrier.RING.connect(two, facts, Service.INTERRUPT))
                    .isInstanceOf(UnsupportedOperationException.class).hasMessageContaining("one slot");
        } finally {
            served.server().close();
        }
    }
}
