package io.batonfs.fs.contract;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.Tag;

/** One of Hadoop's suites, or what else has to hold of every form of the {@link TestGroup}: it is run against each. */
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@Tag("conformance")
@interface Conformance {
    /** Tag of those that choose their users themselves: as whom they are run makes no difference. */
    String OWN_USERS = "own-users";
}
