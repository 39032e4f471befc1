/** The HTTP server. */
@NullMarked
package io.splitgym.server;

import org.jspecify.annotations.NullMarked;
