package io.batonfs.fs;

import io.batonfs.model.Caller;
import java.io.IOException;
import java.util.List;
import org.apache.hadoop.security.UserGroupInformation;

/** Who a Hadoop user is to a group. */
final class Callers {
    private Callers() {
    }

    /**
     * The caller for a Hadoop user. He claims to be a superuser if he is the user that this process logged in as; the
     * group decides by its own setting.
     */
    static Caller of(UserGroupInformation user) throws IOException {
        String name = user.getShortUserName();
        boolean superuser = name.equals(UserGroupInformation.getLoginUser().getShortUserName());
        return new Caller(name, List.copyOf(user.getGroupsSet()), superuser);
    }
}
