/** Where environments stand, once or as server-sent events for as long as somebody watches. */
@NullMarked
package io.splitgym.server.live;

import org.jspecify.annotations.NullMarked;
