/**
 * Which pool a page should be in (POOL-6, POOL-7): counting what is done with pages, and the policy that chooses a
 * pool for new pages and moves for old ones. Pure: no thread, clock, device or chance of its own. Goals, constraints,
 * algorithm, a worked example and the simulator that judges it stand in the module's PLACEMENT.md.
 */
package io.batonfs.pools.placement;
