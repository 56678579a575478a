package io.batonfs.architecture;

import java.util.Arrays;
import java.util.Optional;
import java.util.Set;

/**
 * The modules of the house (DESIGN.md 3): where each is, the package that is its own, and whom it may know. A room that
 * is built without being written down here fails {@code ArrowsTest}.
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
    INTEGRATION_TESTS("integration-tests", "io.batonfs.quickstart", true, FS_ADAPTER, EMBEDDED);

    private final String folder;
    private final String ownPackage;
    private final boolean mayKnowHadoop;
    private final Set<Room> known;

    Room(String folder, String ownPackage, boolean mayKnowHadoop, Room... known) {
        this.folder = folder;
        this.ownPackage = ownPackage;
        this.mayKnowHadoop = mayKnowHadoop;
        this.known = Set.of(known);
    }

    /** Folder of the module, from the root of the checkout. */
    String folder() {
        return folder;
    }

    /** The package that it and its subpackages are alone in. */
    String ownPackage() {
        return ownPackage;
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
                .filter(room -> name.equals(room.ownPackage) || name.startsWith(room.ownPackage + "."))
                .findFirst();
    }
}
