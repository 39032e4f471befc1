/**
 * OpenEnv's protocol, as openenv 0.10 speaks it: REST routes, JSON-RPC for tools, and a WebSocket
 * on which one connection is one environment.
 */
@NullMarked
package io.splitgym.server.openenv;

import org.jspecify.annotations.NullMarked;
