/** The contract as people read it: openapi.yaml, and Swagger UI over it. */
@NullMarked
package io.splitgym.server.docs;

import org.jspecify.annotations.NullMarked;
