package io.batonfs.server.daemon;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;

class HealthCheckTest {

    @Test
    void whileADeviceDoesNotAnswerNobodyIsAskedWhoMayWaitForIt() throws IOException {
        Health health = HealthCheck.of(List.of("it hangs"), () -> {
            throw new AssertionError("may wait for the device");
        });
        assertEquals(Health.State.DEGRADED, health.state());
        assertEquals(List.of("it hangs", "until all devices answer nothing else that may be wrong is looked for"),
                health.reasons());
        assertEquals(List.of("else"), HealthCheck.of(List.of(), () -> List.of("else")).reasons());
        assertEquals(Health.State.HEALTHY, HealthCheck.of(List.of(), List::of).state());
    }
}
