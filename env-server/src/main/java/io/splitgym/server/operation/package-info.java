/**
 * What can be asked for, whatever it is asked over: the one table behind REST and the WebSocket.
 */
@NullMarked
package io.splitgym.server.operation;

import org.jspecify.annotations.NullMarked;
