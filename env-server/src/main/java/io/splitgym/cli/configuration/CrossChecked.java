package io.splitgym.cli.configuration;

import io.splitgym.validation.InvalidValueException;
import java.util.List;

/** A command some of whose settings must fit each other. */
public interface CrossChecked {
  /**
   * What is wrong with the settings together, each under the name of the setting to change. Called
   * before the command runs, even where single settings were refused: those have their defaults.
   */
  List<InvalidValueException> conflicts();
}
