/** The page at / for people, and what it asks that others don't. */
@NullMarked
package io.splitgym.server.page;

import org.jspecify.annotations.NullMarked;
