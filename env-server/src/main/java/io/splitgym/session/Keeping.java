package io.splitgym.session;

import io.splitgym.durability.DurableLog;
import io.splitgym.durability.Trail;

/**
 * Where a session is kept.
 *
 * @param log the one that the trail belongs to
 */
record Keeping(DurableLog log, Trail trail) {}
