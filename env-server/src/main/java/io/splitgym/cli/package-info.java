/** The command line, where the parts are wired together. */
@NullMarked
package io.splitgym.cli;

import org.jspecify.annotations.NullMarked;
