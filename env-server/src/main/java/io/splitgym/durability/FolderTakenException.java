package io.splitgym.durability;

import java.nio.file.Path;

/** Another server that still runs uses a folder. */
public final class FolderTakenException extends IllegalStateException {
  private static final long serialVersionUID = 1L;

  private final String holder;

  FolderTakenException(Path folder, String holder) {
    super("the sessions in " + folder + " belong to a server that runs: process " + holder);
    this.holder = holder;
  }

  /** The number of the process that uses it. */
  public String holder() {
    return holder;
  }
}
