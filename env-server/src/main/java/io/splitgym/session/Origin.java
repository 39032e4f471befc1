package io.splitgym.session;

import org.jspecify.annotations.Nullable;

/**
 * How a session came to be.
 *
 * @param order sessions are listed by it
 * @param client who asked for it
 * @param key of the request, if it had one
 * @param digest of what the request asked for; empty where there is no key
 * @param progress where it began; not at nothing if it began from a saved state
 * @param recorded whether its episodes are
 */
record Origin(
    long order,
    String client,
    @Nullable RequestKey key,
    String digest,
    Progress progress,
    boolean recorded) {}
