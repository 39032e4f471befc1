/** What the wireless channel does to a hidden state. Maths only: float arrays in, damage done. */
@NullMarked
package io.splitgym.channel;

import org.jspecify.annotations.NullMarked;
