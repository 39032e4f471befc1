/** The JSON of requests and responses, as openapi.yaml has it. */
@NullMarked
package io.splitgym.server.wire;

import org.jspecify.annotations.NullMarked;
