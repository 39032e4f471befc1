/** Studies: many trainings, and the data, figures and report that come of them. */
@NullMarked
package io.splitgym.agents.study;

import org.jspecify.annotations.NullMarked;
