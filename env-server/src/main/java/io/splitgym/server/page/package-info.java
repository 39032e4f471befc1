/** The page at / for people. */
@NullMarked
package io.splitgym.server.page;

import org.jspecify.annotations.NullMarked;
