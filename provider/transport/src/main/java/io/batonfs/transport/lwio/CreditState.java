package io.batonfs.transport.lwio;

/**
 * Where a connection's one credit transaction is (LW-13), at either end.
 *
 * <pre>
 * from       to         at the server                         at the client
 * STEADY     GROWING    +n is sent                            +n came: its receives are posted, n credits taken on
 * GROWING    STEADY     CREDIT(unused) came and is answered   SUCCESS came
 * STEADY     SHRINKING  -n is sent                            -n came
 * SHRINKING  STEADY     CREDIT(-1) came and is answered       the answer to CREDIT(-1) came
 * </pre>
 */
enum CreditState {
    STEADY,
    GROWING,
    SHRINKING;

    boolean mayBecome(CreditState next) {
        return (this == STEADY) != (next == STEADY);
    }
}
