package io.batonfs.server.daemon;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

/** What the operators' page says of commands and settings is so. */
class OperatingPageTest {
    private static final Path PAGE = Path.of("../dist/src/main/OPERATING.md");
    private static final Pattern SHOWN = Pattern.compile("^\\$ baton (.*)$", Pattern.MULTILINE);
    private static final Pattern NAMED = Pattern.compile("`baton ([a-z]+(?: [a-z][a-z-]+)*)");
    private static final Pattern WORD = Pattern.compile("\"([^\"]*)\"|(\\S+)");
    private static final Pattern KEY = Pattern.compile("baton\\.server\\.[a-z.]*[a-z]");
    private static final Set<String> OF_THE_ADAPTER = Set.of("fs", "status", "clone", "token", "storagepolicies");

    private static String page() throws IOException {
        return Files.readString(PAGE);
    }

    private static List<String> words(String line) {
        return WORD.matcher(line).results().map(word -> word.group(1) != null ? word.group(1) : word.group(2)).toList();
    }

    @Test
    void commandsThatAreShownAreUnderstood() throws IOException {
        Matcher shown = SHOWN.matcher(page());
        Set<String> commands = new TreeSet<>();
        while (shown.find()) {
            List<String> words = words(shown.group(1));
            commands.add(words.get(0));
            if (!OF_THE_ADAPTER.contains(words.get(0))) {
                CommandLine.ParseResult parsed = BatonCommand.commandLine().parseArgs(words.toArray(String[]::new));
                assertTrue(parsed.hasSubcommand(), shown.group());
            }
        }
        assertTrue(commands.containsAll(Set.of("devices", "fsck", "profile", "scrub", "storagepolicies")), commands.toString());
    }

    @Test
    void commandsThatAreNamedAreThere() throws IOException {
        Matcher named = NAMED.matcher(page());
        int count = 0;
        while (named.find()) {
            List<String> words = new ArrayList<>(words(named.group(1)));
            String first = words.remove(0);
            assertTrue(OF_THE_ADAPTER.contains(first) || BatonCommand.commandLine().getSubcommands().containsKey(first),
                    named.group());
            count++;
        }
        assertTrue(count > 0);
    }

    /** Also that no command was forgotten. */
    @Test
    void everyOrderAboutDevicesIsThere() throws IOException {
        String page = page();
        List<String> forgotten = BatonCommand.commandLine().getSubcommands().get("devices").getSubcommands().keySet().stream()
                .filter(order -> !page.contains("baton devices " + order)).collect(Collectors.toList());
        assertEquals(List.of(), forgotten);
    }

    @Test
    void settingsThatAreNamedAreThere() throws IOException {
        Set<String> known = DaemonKey.ALL.stream().map(DaemonKey::name).collect(Collectors.toSet());
        Matcher key = KEY.matcher(page());
        int count = 0;
        while (key.find()) {
            String name = key.group();
            assertTrue(known.stream().anyMatch(each -> each.equals(name) || each.startsWith(name + ".")), name);
            count++;
        }
        assertTrue(count > 5);
    }
}
