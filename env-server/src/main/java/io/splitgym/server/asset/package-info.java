/** Files of pages: from the class path, under a policy, this program's own and those of WebJars. */
@NullMarked
package io.splitgym.server.asset;

import org.jspecify.annotations.NullMarked;
