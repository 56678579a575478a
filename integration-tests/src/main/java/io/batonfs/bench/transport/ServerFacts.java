package io.batonfs.bench.transport;

import java.io.IOException;
import java.io.Reader;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Properties;

/**
 * What a server tells its clients, in a file of the contender's directory.
 *
 * @param values addresses by name
 */
record ServerFacts(Properties values) {
    private static final String FILE = "server.properties";
    private static final String PID = "pid";

    /** Of a server in another process: its addresses, and that this is its process. */
    static ServerFacts here(Map<String, String> addresses) {
        Properties values = new Properties();
        values.putAll(addresses);
        values.setProperty(PID, Long.toString(ProcessHandle.current().pid()));
        return new ServerFacts(values);
    }

    /** Where there is no other process. */
    static ServerFacts none() {
        return new ServerFacts(new Properties());
    }

    /** Reads what a server wrote. */
    static ServerFacts read(Path directory) throws IOException {
        Properties values = new Properties();
        try (Reader in = Files.newBufferedReader(directory.resolve(FILE))) {
            values.load(in);
        }
        return new ServerFacts(values);
    }

    void write(Path directory) throws IOException {
        try (Writer out = Files.newBufferedWriter(directory.resolve(FILE))) {
            values.store(out, null);
        }
    }

    /** A value that has to be there. */
    String get(String name) {
        String value = values.getProperty(name);
        if (value == null) {
            throw new IllegalArgumentException("the server told no " + name);
        }
        return value;
    }

    /** The server's process. */
    OptionalLong pid() {
        String pid = values.getProperty(PID);
        return pid == null ? OptionalLong.empty() : OptionalLong.of(Long.parseLong(pid));
    }
}
