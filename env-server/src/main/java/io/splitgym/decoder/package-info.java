/** The transformer's layers, on DJL. */
@NullMarked
package io.splitgym.decoder;

import org.jspecify.annotations.NullMarked;
