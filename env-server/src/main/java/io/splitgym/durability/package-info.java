/**
 * What must not be lost when the process is killed: a journal of documents and of the commands that
 * change them, checkpointed to SQLite. It knows nothing of what they mean.
 */
@NullMarked
package io.splitgym.durability;

import org.jspecify.annotations.NullMarked;
