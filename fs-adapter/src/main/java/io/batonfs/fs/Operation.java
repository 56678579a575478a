package io.batonfs.fs;

import java.util.HashMap;
import java.util.Map;
import org.apache.hadoop.fs.statistics.StoreStatisticNames;

/** What users ask of a file system, under the names by which HDFS counts it (DFSOpsCountStatistics). */
enum Operation {
    ACCESS(StoreStatisticNames.OP_ACCESS),
    APPEND(StoreStatisticNames.OP_APPEND),
    CONCAT("op_concat"),
    COPY_BY_TOKEN("op_copy_by_token"),
    CLONE_TREE("op_clone_tree"),
    CREATE(StoreStatisticNames.OP_CREATE),
    CREATE_NON_RECURSIVE(StoreStatisticNames.OP_CREATE_NON_RECURSIVE),
    DELETE(StoreStatisticNames.OP_DELETE),
    GET_ACL_STATUS("op_get_acl_status"),
    GET_CONTENT_SUMMARY(StoreStatisticNames.OP_GET_CONTENT_SUMMARY),
    GET_FILE_BLOCK_LOCATIONS("op_get_file_block_locations"),
    GET_FILE_CHECKSUM(StoreStatisticNames.OP_GET_FILE_CHECKSUM),
    GET_FILE_STATUS(StoreStatisticNames.OP_GET_FILE_STATUS),
    GET_STATUS(StoreStatisticNames.OP_GET_STATUS),
    GET_STORAGE_POLICIES("op_get_storage_policies"),
    GET_STORAGE_POLICY("op_get_storage_policy"),
    GET_XATTR("op_get_xattr"),
    LIST_LOCATED_STATUS(StoreStatisticNames.OP_LIST_LOCATED_STATUS),
    LIST_STATUS(StoreStatisticNames.OP_LIST_STATUS),
    MKDIRS(StoreStatisticNames.OP_MKDIRS),
    MODIFY_ACL_ENTRIES(StoreStatisticNames.OP_MODIFY_ACL_ENTRIES),
    OPEN(StoreStatisticNames.OP_OPEN),
    PRIMITIVE_CREATE("op_primitive_create"),
    PRIMITIVE_MKDIR("op_primitive_mkdir"),
    RECOVER_LEASE("op_recover_lease"),
    REMOVE_ACL(StoreStatisticNames.OP_REMOVE_ACL),
    REMOVE_ACL_ENTRIES(StoreStatisticNames.OP_REMOVE_ACL_ENTRIES),
    REMOVE_DEFAULT_ACL(StoreStatisticNames.OP_REMOVE_DEFAULT_ACL),
    REMOVE_XATTR("op_remove_xattr"),
    RENAME(StoreStatisticNames.OP_RENAME),
    SATISFY_STORAGE_POLICY("op_satisfy_storagePolicy"),
    SET_ACL(StoreStatisticNames.OP_SET_ACL),
    SET_OWNER(StoreStatisticNames.OP_SET_OWNER),
    SET_PERMISSION(StoreStatisticNames.OP_SET_PERMISSION),
    SET_REPLICATION("op_set_replication"),
    SET_STORAGE_POLICY("op_set_storagePolicy"),
    SET_TIMES(StoreStatisticNames.OP_SET_TIMES),
    SET_XATTR("op_set_xattr"),
    TRUNCATE(StoreStatisticNames.OP_TRUNCATE),
    UNSET_STORAGE_POLICY("op_unset_storage_policy");

    private static final Map<String, Operation> BY_SYMBOL = new HashMap<>();

    static {
        for (Operation operation : values()) {
            BY_SYMBOL.put(operation.symbol, operation);
        }
    }

    private final String symbol;

    Operation(String symbol) {
        this.symbol = symbol;
    }

    /** The name of its counter. */
    String symbol() {
        return symbol;
    }

    /** The operation with a counter of that name; null if there is none. */
    static Operation ofSymbol(String symbol) {
        return BY_SYMBOL.get(symbol);
    }
}
