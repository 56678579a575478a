package io.batonfs.server.daemon;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

/** What commands say of themselves and of wrong usage. */
class CommandHelpTest {
    private static final int COLUMNS = 80;

    private static List<CommandLine> all(CommandLine command) {
        List<CommandLine> found = new ArrayList<>(List.of(command));
        command.getSubcommands().values().forEach(each -> found.addAll(all(each)));
        return found;
    }

    /** Examples in columns that are wrapped are unreadable. */
    @Test
    void examplesFitATerminal() {
        for (CommandLine command : all(BatonCommand.commandLine())) {
            for (String line : command.getCommandSpec().usageMessage().footer()) {
                assertTrue(!line.startsWith(" ") || line.length() < COLUMNS, command.getCommandName() + ": " + line);
            }
        }
    }

    /** A terminal's last lines are what people see. */
    @Test
    void wrongUsageIsToldInAFewLines() {
        StringWriter err = new StringWriter();
        int exitCode = BatonCommand.commandLine().setErr(new PrintWriter(err, true)).execute("devices", "retire", "1");
        assertEquals(2, exitCode);
        List<String> lines = err.toString().lines().toList();
        assertEquals("Missing required parameter: 'PLACE'", lines.get(0));
        assertTrue(lines.get(1).startsWith("Usage: baton devices retire "), err.toString());
        assertEquals("\"baton devices retire --help\" explains it", lines.get(lines.size() - 1));
        assertTrue(lines.size() < 10, err.toString());
    }
}
