/** The whole reward as a table, for those who learn without an environment. */
@NullMarked
package io.splitgym.agents.table;

import org.jspecify.annotations.NullMarked;
