/** The bodies of requests and responses, in JSON and CBOR, as openapi.yaml has it. */
@NullMarked
package io.splitgym.server.wire;

import org.jspecify.annotations.NullMarked;
