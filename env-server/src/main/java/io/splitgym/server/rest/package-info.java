/** The routes. A handler translates, nothing else. */
@NullMarked
package io.splitgym.server.rest;

import org.jspecify.annotations.NullMarked;
