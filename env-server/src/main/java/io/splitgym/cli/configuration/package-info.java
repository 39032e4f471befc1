/** Settings from flags, environment variables and one YAML file, checked all at once. */
@NullMarked
package io.splitgym.cli.configuration;

import org.jspecify.annotations.NullMarked;
