package io.batonfs.architecture;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * The modules of the house (DESIGN.md 3): where each is, the packages that are its own, and whom it may know. A room
 * that is built without being written down here fails {@code ArrowsTest}.
 */
enum Room {
    MODEL("provider/model", "io.batonfs.model", false),
    TRANSPORT("provider/transport", "io.batonfs.transport", false, MODEL),
    TOKENS("provider/tokens", "io.batonfs.tokens", false, MODEL),
    POOLS("provider/pools", "io.batonfs.pools", false, MODEL),
    PAGES("provider/pages", "io.batonfs.pages", false, MODEL, POOLS),
    CATALOG("provider/catalog", "io.batonfs.catalog", false, MODEL, TOKENS),
    PROTOCOL("provider/protocol", "io.batonfs.protocol", true, MODEL, TRANSPORT),
    CLIENT("provider/client", "io.batonfs.client", true, MODEL, TRANSPORT, TOKENS, PROTOCOL),
    SERVER("provider/server", "io.batonfs.server", true,
            MODEL, TRANSPORT, TOKENS, POOLS, PAGES, CATALOG, PROTOCOL, CLIENT),
    // Puts a group together from a server's parts, as the main() of a server does: it has to name those it opens.
    EMBEDDED("provider/embedded", "io.batonfs.embedded", true,
            MODEL, TRANSPORT, PROTOCOL, CLIENT, SERVER),
    FS_ADAPTER("fs-adapter", "io.batonfs.fs", true, MODEL, PROTOCOL, CLIENT),
    // Packs what is there into a tarball; has no code but tests of that.
    DIST("provider/dist", "io.batonfs.dist", true, MODEL, PROTOCOL, CLIENT, SERVER, FS_ADAPTER),
    // The benchmark runs "baton server" as a process, in a program that ends with whoever started it, and measures the
    // transport and the pools by themselves.
    INTEGRATION_TESTS("integration-tests", List.of("io.batonfs.quickstart", "io.batonfs.bench", "io.batonfs.processes",
            "io.batonfs.console"), true, MODEL, TRANSPORT, POOLS, SERVER, FS_ADAPTER, EMBEDDED);

    private final String folder;
    private final List<String> ownPackages;
    private final boolean mayKnowHadoop;
    private final Set<Room> known;

    Room(String folder, String ownPackage, boolean mayKnowHadoop, Room... known) {
        this(folder, List.of(ownPackage), mayKnowHadoop, known);
    }

    Room(String folder, List<String> ownPackages, boolean mayKnowHadoop, Room... known) {
        this.folder = folder;
        this.ownPackages = ownPackages;
        this.mayKnowHadoop = mayKnowHadoop;
        this.known = Set.of(known);
    }

    /** Folder of the module, from the root of the checkout. */
    String folder() {
        return folder;
    }

    /** The packages that it is alone in, and in their subpackages. */
    List<String> ownPackages() {
        return ownPackages;
    }

    /** The same as ArchUnit wants to have them, subpackages included. */
    String[] packagePatterns() {
        return ownPackages.stream().map(name -> name + "..").toArray(String[]::new);
    }

    /** Whether it may know Hadoop. */
    boolean mayKnowHadoop() {
        return mayKnowHadoop;
    }

    /** Whether it may know another module. */
    boolean mayKnow(Room other) {
        return other == this || known.contains(other);
    }

    /** Artifact id of its pom. */
    String artifactId() {
        return "baton-" + folder.substring(folder.lastIndexOf('/') + 1);
    }

    /** The room that a package belongs to. */
    static Optional<Room> ofPackage(String name) {
        return Arrays.stream(values())
                .filter(room -> room.ownPackages.stream()
                        .anyMatch(own -> name.equals(own) || name.startsWith(own + ".")))
                .findFirst();
    }
}
