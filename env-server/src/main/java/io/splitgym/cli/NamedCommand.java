package io.splitgym.cli;

import java.util.function.Supplier;

/**
 * A command that isn't made before it is needed.
 *
 * @param name as its annotation has it
 * @param command gives an instance of a class annotated as a picocli command
 */
public record NamedCommand(String name, Supplier<Object> command) {}
