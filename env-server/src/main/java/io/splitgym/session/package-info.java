/** Live environments: ids, limits, expiry. */
@NullMarked
package io.splitgym.session;

import org.jspecify.annotations.NullMarked;
