/**
 * Finished episodes, kept in SQLite: how much of them, and reading them back. It knows nothing of
 * environments.
 */
@NullMarked
package io.splitgym.recording;

import org.jspecify.annotations.NullMarked;
