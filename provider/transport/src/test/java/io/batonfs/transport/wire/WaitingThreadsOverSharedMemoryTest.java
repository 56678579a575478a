package io.batonfs.transport.wire;

import io.batonfs.transport.verbs.Wire;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/** The same where the driver looks before it sleeps, and is woken by a doorbell. */
class WaitingThreadsOverSharedMemoryTest extends WaitingThreadsTest {
    private Path base;

    @BeforeEach
    @Override
    void connect() throws IOException {
        base = SharedMemoryTests.newBase();
        super.connect();
    }

    @AfterEach
    @Override
    void nothingIsLeft() throws Exception {
        super.nothingIsLeft();
        SharedMemoryTests.removeBase(base);
    }

    @Override
    Wire newWire() throws IOException {
        return new SharedMemoryWire(SharedMemoryTests.config(base));
    }

    @Override
    String address() {
        return "server";
    }

    @Override
    void checkNothingLeft(Wire wire) {
        SharedMemoryTests.checkNothingLeft((SharedMemoryWire) wire);
    }
}
