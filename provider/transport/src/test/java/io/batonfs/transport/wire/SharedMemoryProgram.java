package io.batonfs.transport.wire;

import io.batonfs.transport.verbs.Listening;
import io.batonfs.transport.verbs.MemoryRegion;
import io.batonfs.transport.verbs.Nic;
import io.batonfs.transport.verbs.VerbsException;
import io.batonfs.transport.verbs.WorkCompletion;
import io.batonfs.transport.verbs.WorkOpcode;
import io.batonfs.transport.verbs.WorkRequest;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;

/**
 * A process at one end of a shared-memory wire, to be killed: {@code listen <base>} takes connections at "server" and
 * sends back what comes; {@code connect <base>} connects there again and again, and keeps both directions full. Prints
 * a line once it listens, and for each connection; ends with its standard input.
 */
public final class SharedMemoryProgram {
    static final String ADDRESS = "server";
    static final int MESSAGE_BYTES = 20_000;

    private SharedMemoryProgram() {
    }

    /** See above. */
    public static void main(String[] arguments) throws Exception {
        Thread parent = new Thread(() -> {
            try {
                while (System.in.read() >= 0) {
                    Thread.onSpinWait();
                }
            } catch (IOException e) {
                System.err.println(e);
            }
            Runtime.getRuntime().halt(0);
        });
        parent.setDaemon(true);
        parent.start();
        SharedMemoryWire wire = new SharedMemoryWire(
                SharedMemoryTests.config(Path.of(arguments[1]), 32, 16 * 1024, 30_000));
        Nic nic = new Nic(wire);
        if (arguments[0].equals("listen")) {
            Listening listening = nic.listen(ADDRESS, request -> {
                try {
                    TcpPeer peer = new TcpPeer(nic, 8 * MESSAGE_BYTES);
                    post(peer);
                    request.accept(peer.pair);
                    new Thread(() -> echo(peer)).start();
                } catch (IOException e) {
                    request.reject(e.toString());
                }
            });
            System.out.println("listens at " + listening.address());
            Thread.currentThread().join();
        }
        while (true) {
            TcpPeer peer = new TcpPeer(nic, 8 * MESSAGE_BYTES);
            post(peer);
            nic.connect(peer.pair, ADDRESS);
            System.out.println("connected");
            for (int i = 0; i < 4; i++) {
                peer.pair.postSend(new WorkRequest().send(1).gather(peer.memory, 0, MESSAGE_BYTES));
            }
            echo(peer);
        }
    }

    static void post(TcpPeer peer) throws VerbsException {
        for (int i = 0; i < 8; i++) {
            peer.pair.postReceive(i, peer.memory, i * MESSAGE_BYTES, MESSAGE_BYTES);
        }
    }

    /** Sends back what comes, large and small in turn, until the peer is gone. */
    static void echo(TcpPeer peer) {
        WorkRequest request = new WorkRequest();
        WorkCompletion[] one = WorkCompletion.batch(1);
        try {
            MemoryRegion memory = peer.memory;
            for (int i = 0; peer.receives.await(one, 100) == 1 && one[0].opcode() != WorkOpcode.DISCONNECT; i++) {
                if (one[0].lengthBytes() > 0) {
                    int at = (int) one[0].id() * MESSAGE_BYTES;
                    peer.pair.postReceive(one[0].id(), memory, at, MESSAGE_BYTES);
                    if (i % 2 == 0) {
                        peer.pair.postSend(request.send(1).gather(memory, at, MESSAGE_BYTES));
                    } else {
                        peer.pair.postSend(request.send(1).inline(ByteBuffer.allocate(8), 0, 8));
                    }
                }
            }
        } catch (VerbsException e) {
            System.out.println("ended: " + e.getMessage());
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
        peer.close();
    }
}
