/** From what went wrong to application/problem+json (RFC 9457). */
@NullMarked
package io.splitgym.server.problem;

import org.jspecify.annotations.NullMarked;
