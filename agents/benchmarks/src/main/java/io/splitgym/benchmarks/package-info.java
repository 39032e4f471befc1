/** What is timed with JMH. */
@NullMarked
package io.splitgym.benchmarks;

import org.jspecify.annotations.NullMarked;
