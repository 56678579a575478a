package io.batonfs.architecture;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The poms and folders say the same as {@link Room}. */
class HouseTest {
    private static final Pattern MODULE = Pattern.compile("<module>\\s*([^<\\s]+)\\s*</module>");
    private static final Pattern PROFILES = Pattern.compile("<profiles>.*?</profiles>", Pattern.DOTALL);
    private static final Pattern DEPENDENCIES = Pattern.compile("<dependencies>.*?</dependencies>", Pattern.DOTALL);
    private static final Pattern DEPENDENCY = Pattern.compile("<dependency>.*?</dependency>", Pattern.DOTALL);
    private static final Pattern BATON_ARTIFACT = Pattern.compile("<artifactId>(baton-[a-z-]+)</artifactId>");

    @Test
    void noModuleIsForgotten() {
        Set<String> built = new TreeSet<>();
        for (String module : modulesOf("pom.xml")) {
            if (module.equals("provider")) {
                modulesOf("provider/pom.xml").forEach(inner -> built.add("provider/" + inner));
            } else {
                built.add(module);
            }
        }
        // A module without sources only puts a class path together for tests: there are no arrows in it.
        built.removeIf(module -> !Files.isDirectory(Checkout.root().resolve(module).resolve("src")));
        assertThat(Arrays.stream(Room.values()).map(Room::folder))
                .as("modules in Room, whose arrows are kept, and modules in the poms")
                .containsExactlyInAnyOrderElementsOf(built);
    }

    @ParameterizedTest
    @EnumSource
    void pomDependsOnlyOnRoomsThatAreOpen(Room room) {
        Matcher dependencies = DEPENDENCIES.matcher(Checkout.read(room.folder() + "/pom.xml"));
        while (dependencies.find()) {
            Matcher dependency = DEPENDENCY.matcher(dependencies.group());
            while (dependency.find()) {
                checkArrow(room, dependency.group());
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void everyPackageSaysWhatItIsFor(Room room) {
        Path sources = Checkout.root().resolve(room.folder()).resolve("src/main/java");
        Set<Path> folders = new TreeSet<>();
        Checkout.files(sources, ".java").forEach(file -> folders.add(file.getParent()));
        assertThat(folders).allSatisfy(folder ->
                assertThat(folder.resolve("package-info.java")).as("package-info of %s", folder).exists());
    }

    @ParameterizedTest
    @EnumSource
    void sourcesLieInTheRoomsOwnPackage(Room room) {
        Path sources = Checkout.root().resolve(room.folder()).resolve("src/main/java");
        List<Path> own = room.ownPackages().stream().map(name -> sources.resolve(name.replace('.', '/'))).toList();
        assertThat(Checkout.files(sources, ".java")).allSatisfy(file ->
                assertThat(own).as("packages of %s, of which %s has to be in one", room, file).anyMatch(file::startsWith));
    }

    private static void checkArrow(Room room, String dependency) {
        Matcher artifact = BATON_ARTIFACT.matcher(dependency);
        // Tests may see more: fs-adapter's run against the embedded group.
        if (!artifact.find() || dependency.contains("<scope>test</scope>")) {
            return;
        }
        assertThat(Arrays.stream(Room.values()).filter(room::mayKnow).map(Room::artifactId))
                .as("%s/pom.xml depends on %s", room.folder(), artifact.group(1))
                .contains(artifact.group(1));
    }

    /** Without those of profiles: what is built on demand only is not on the class path that the rules look at. */
    private static List<String> modulesOf(String pom) {
        return MODULE.matcher(PROFILES.matcher(Checkout.read(pom)).replaceAll("")).results().map(match -> match.group(1)).toList();
    }
}
