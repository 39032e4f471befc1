/** The commands that need agents; the program finds them by ServiceLoader. */
@NullMarked
package io.splitgym.agents.cli;

import org.jspecify.annotations.NullMarked;
