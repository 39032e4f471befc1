/**
 * What there is to see of a server from outside: numbers for Prometheus, and whether it is ready.
 */
@NullMarked
package io.splitgym.server.metrics;

import org.jspecify.annotations.NullMarked;
