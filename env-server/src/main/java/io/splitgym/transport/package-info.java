/**
 * What crosses the air when a hidden state is sent: how its elements become bits, which of them are
 * sent reliably, how the rest falls into packets, and what a receiver puts where a packet was lost.
 * Maths only: float arrays in, what the receiver decodes out.
 */
@NullMarked
package io.splitgym.transport;

import org.jspecify.annotations.NullMarked;
