/**
 * What stands between connections and handlers, so that no thread waits for a client: requests come
 * with their bodies whole, answers are taken off whoever wrote them.
 */
@NullMarked
package io.splitgym.server.exchange;

import org.jspecify.annotations.NullMarked;
