package io.batonfs.architecture;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** What README.md says of commands and folders is so. */
class ReadmeTest {
    private static final Pattern MAVEN_COMMAND = Pattern.compile("^mvn .*$", Pattern.MULTILINE);
    private static final Pattern LINK = Pattern.compile("\\]\\(([^)#:]+)\\)");

    private final String readme = Checkout.read("README.md");

    @Test
    void continuousIntegrationRunsTheTestCommandOfTheReadme() {
        String test = "mvn verify";
        assertThat(readme.lines().map(String::strip)).as("a line of its own in README.md").contains(test);
        Matcher command = MAVEN_COMMAND.matcher(Checkout.read(".ci/run"));
        assertThat(command.find()).as(".ci/run has a line that runs mvn").isTrue();
        // -B and -ntp only keep colours and download bars out of the log.
        assertThat(command.group().replace(" -B", "").replace(" -ntp", "").strip()).isEqualTo(test);
        assertThat(command.find()).as(".ci/run runs mvn once").isFalse();
    }

    @Test
    void quickstartCommandIsAProfileOfTheBuild() {
        assertThat(readme.lines().map(String::strip)).contains("mvn -Pquickstart");
        assertThat(Checkout.read("pom.xml")).contains("<id>quickstart</id>").contains("<defaultGoal>package</defaultGoal>");
        assertThat(Checkout.read("integration-tests/pom.xml")).contains("<id>quickstart</id>");
    }

    @Test
    void benchmarkCommandIsAProfileOfTheBuild() {
        assertThat(readme.lines().map(String::strip)).contains("mvn -Pbench");
        assertThat(Checkout.read("pom.xml")).contains("<id>bench</id>");
        assertThat(Checkout.read("integration-tests/pom.xml")).contains("<id>bench</id>");
    }

    @Test
    void linksLeadToFiles() {
        Matcher link = LINK.matcher(readme);
        int links = 0;
        while (link.find()) {
            assertThat(Checkout.root().resolve(link.group(1))).as("link of README.md").exists();
            links++;
        }
        assertThat(links).isPositive();
    }

    @Test
    void mapShowsEveryRoom() {
        assertThat(Arrays.stream(Room.values()).map(Room::folder).map(folder -> folder.substring(folder.lastIndexOf('/') + 1)))
                .allSatisfy(name -> assertThat(readme).as("the map of the house").contains(name + "/"));
    }
}
