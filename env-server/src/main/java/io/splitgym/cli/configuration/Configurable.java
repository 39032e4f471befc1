package io.splitgym.cli.configuration;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Makes every option that a command or mixin declares a setting: option {@code --max-sessions} is
 * then also the variable {@code SPLITGYM_MAX_SESSIONS} and the key {@code max-sessions} of the
 * configuration file.
 */
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.TYPE)
public @interface Configurable {}
