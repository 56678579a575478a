package io.batonfs.protocol;

/** When an extended attribute may be set; Hadoop's XAttrSetFlag. */
public enum XattrChange {
    /** Only if there is none of that name: else ATTRIBUTE_EXISTS. */
    CREATE,
    /** Only if there is one of that name: else NO_SUCH_ATTRIBUTE. */
    REPLACE,
    /** Either way. */
    CREATE_OR_REPLACE
}
