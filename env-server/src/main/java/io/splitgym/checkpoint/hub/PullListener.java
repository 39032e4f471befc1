package io.splitgym.checkpoint.hub;

/** Hears how a pull gets on. Called from the pulling thread. */
public interface PullListener {
  /** Something worth a line, such as a source that had nothing and why. */
  void note(String line);

  /**
   * How far a copy or a download has come.
   *
   * @param activity what is being done, the same words throughout
   * @param done bytes so far
   * @param total bytes in all
   */
  void progress(String activity, long done, long total);

  /** One that ignores everything. */
  static PullListener silent() {
    return new PullListener() {
      @Override
      public void note(String line) {}

      @Override
      public void progress(String activity, long done, long total) {}
    };
  }
}
