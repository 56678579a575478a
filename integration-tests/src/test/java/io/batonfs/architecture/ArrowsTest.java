package io.batonfs.architecture;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.Dependency;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import com.tngtech.archunit.lang.syntax.ArchRuleDefinition;
import com.tngtech.archunit.lang.syntax.elements.ClassesShould;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Who may know whom (DESIGN.md 3), each rule with its reason. */
class ArrowsTest {
    private static JavaClasses house;

    @BeforeAll
    static void importClasses() {
        house = new ClassFileImporter()
                .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
                // What some modules' tests lend to others' comes in jars once these are packaged.
                .withImportOption(location -> !location.contains("-tests.jar"))
                .importPackages("io.batonfs");
    }

    @ParameterizedTest
    @EnumSource
    void roomKnowsOnlyWhomItMay(Room room) {
        ArchRuleDefinition.classes().that().resideInAnyPackage(room.packagePatterns())
                .should(knowOnlyAllowedRooms(room))
                .because("a part can be understood, tested and replaced alone only if few others are needed for it")
                .allowEmptyShould(true)
                .check(house);
    }

    @ParameterizedTest
    @EnumSource
    void onlyRoomsFromProtocolOnKnowHadoop(Room room) {
        if (room.mayKnowHadoop()) {
            return;
        }
        nothingIn(room.packagePatterns()).dependOnClassesThat().resideInAPackage("org.apache.hadoop..")
                .because("what stores and protects data must not change with the version of what calls it")
                .allowEmptyShould(true)
                .check(house);
    }

    @Test
    void lwioNeverSeesAWire() {
        nothingIn("io.batonfs.transport.lwio..").dependOnClassesThat().resideInAPackage("io.batonfs.transport.wire..")
                .because("a real NIC has to fit in under LWIO without a change above the verbs")
                .allowEmptyShould(true)
                .check(house);
    }

    @Test
    void verbsKnowNothingAboveThem() {
        nothingIn("io.batonfs.transport.verbs..").dependOnClassesThat()
                .resideInAnyPackage("io.batonfs.transport.lwio..", "io.batonfs.transport.wire..",
                        "io.batonfs.transport.offload..", "io.batonfs.transport.simulation..")
                .because("the verbs are the seam that both sides are built against")
                .allowEmptyShould(true)
                .check(house);
    }

    @Test
    void theSimulatedNetworkSeesVerbsOnlyAndNothingOfTransportSeesIt() {
        nothingIn("io.batonfs.transport.simulation..").dependOnClassesThat()
                .resideInAnyPackage("io.batonfs.transport.lwio..", "io.batonfs.transport.wire..",
                        "io.batonfs.transport.offload..")
                .because("it is a wire like others, below LWIO and beside the other wires")
                .check(house);
        noClasses().that().resideInAnyPackage("io.batonfs.transport.lwio..", "io.batonfs.transport.wire..")
                .should().dependOnClassesThat().resideInAPackage("io.batonfs.transport.simulation..")
                .because("what serves users is not made for the simulation")
                .check(house);
    }

    @Test
    void catalogMachineSeesNeitherRatisNorRocksDb() {
        nothingIn("io.batonfs.catalog.machine..").dependOnClassesThat()
                .resideInAnyPackage("org.apache.ratis..", "org.rocksdb..", "io.batonfs.catalog.ratis..")
                .because("the state machine has to run under any replication and any table store, a model checker's too")
                .allowEmptyShould(true)
                .check(house);
    }

    @Test
    void catalogMachineIsDeterministic() {
        noClasses().that().resideInAPackage("io.batonfs.catalog.machine..")
                .should().dependOnClassesThat(bringChanceIn())
                .because("every replica, and every replay of the log, must come to the same state:"
                        + " times and random numbers come with the command")
                .allowEmptyShould(true)
                .check(house);
        ArchRuleDefinition.noClasses().that().resideInAPackage("io.batonfs.catalog.machine..")
                .should().callMethod(System.class, "currentTimeMillis")
                .orShould().callMethod(System.class, "nanoTime")
                .orShould().callMethod(System.class, "identityHashCode", Object.class)
                .orShould().callMethod(Math.class, "random")
                .orShould().callMethod(java.util.UUID.class, "randomUUID")
                .orShould().callMethod(java.time.Instant.class, "now")
                .because("a clock or chance read inside the machine differs from replica to replica")
                .allowEmptyShould(true)
                .check(house);
    }

    @Test
    void onlyTheBindingKnowsRatisAndOnlyTheStoreRocksDb() {
        noClasses().that().resideOutsideOfPackage("io.batonfs.catalog.ratis..")
                .should().dependOnClassesThat().resideInAPackage("org.apache.ratis..")
                .because("the replication engine is to be replaceable")
                .check(house);
        noClasses().that().resideOutsideOfPackage("io.batonfs.catalog.store..")
                .should().dependOnClassesThat().resideInAPackage("org.rocksdb..")
                .because("the table engine is to be replaceable")
                .check(house);
    }

    @Test
    void packagesFormNoCycles() {
        slices().matching("io.batonfs.(**)").should().beFreeOfCycles()
                .because("packages in a circle are one package with several names")
                .check(house);
    }

    @Test
    void noRoomWithoutAName() {
        ArchRule rule = noClasses().should().resideInAnyPackage("..util..", "..utils..", "..common..", "..impl..",
                        "..helper..", "..helpers..", "..misc..")
                .because("such a package says nothing of what belongs in it, so everything ends up there");
        rule.check(house);
    }

    @Test
    void noClassNamedImpl() {
        noClasses().should().haveSimpleNameEndingWith("Impl")
                .because("an implementation is named by what sets it apart from others")
                .check(house);
    }

    @Test
    void everyClassLivesInARoom() {
        assertThat(house).allSatisfy(javaClass -> assertThat(Room.ofPackage(javaClass.getPackageName()))
                .as("room of %s: write its module down in Room", javaClass.getName())
                .isPresent());
    }

    @Test
    void theHouseWasLookedAt() {
        for (Room room : Room.values()) {
            // dist only packs what others have built.
            if (!Checkout.files(Checkout.root().resolve(room.folder()).resolve("src/main/java"), ".java").isEmpty()) {
                room.ownPackages().forEach(ArrowsTest::assertClassesIn);
            }
        }
        for (String room : new String[] {"transport.verbs", "transport.wire", "transport.lwio",
            "transport.simulation", "catalog.machine", "catalog.store", "catalog.ratis"}) {
            assertClassesIn("io.batonfs." + room);
        }
    }

    private static void assertClassesIn(String packageName) {
        assertThat(house.stream().filter(javaClass -> javaClass.getPackageName().startsWith(packageName)))
                .as("classes in %s: rules over nothing prove nothing", packageName)
                .isNotEmpty();
    }

    private static ClassesShould nothingIn(String... packages) {
        return noClasses().that().resideInAnyPackage(packages).should();
    }

    private static DescribedPredicate<JavaClass> bringChanceIn() {
        return DescribedPredicate.describe("bring time, chance, threads or devices in", javaClass -> {
            String name = javaClass.getName();
            return name.equals("java.time.Clock") || name.equals("java.util.Random")
                    || name.equals("java.util.SplittableRandom") || name.equals("java.security.SecureRandom")
                    || name.equals("java.lang.Thread") || name.equals("java.lang.ThreadLocal")
                    || name.equals("java.util.Timer") || name.startsWith("java.util.random.")
                    || name.startsWith("java.util.concurrent.") || name.startsWith("java.nio.file.")
                    || name.startsWith("java.nio.channels.") || name.startsWith("java.net.")
                    || name.equals("java.io.File") || name.equals("java.io.RandomAccessFile");
        });
    }

    private static ArchCondition<JavaClass> knowOnlyAllowedRooms(Room room) {
        return new ArchCondition<>("know only the rooms that are open to " + room) {
            @Override
            public void check(JavaClass javaClass, ConditionEvents events) {
                for (Dependency dependency : javaClass.getDirectDependenciesFromSelf()) {
                    Room.ofPackage(dependency.getTargetClass().getBaseComponentType().getPackageName())
                            .filter(other -> !room.mayKnow(other))
                            .ifPresent(other -> events.add(SimpleConditionEvent.violated(
                                    javaClass, room + " must not know " + other + ": " + dependency.getDescription())));
                }
            }
        };
    }
}
