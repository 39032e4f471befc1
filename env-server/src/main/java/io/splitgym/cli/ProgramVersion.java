package io.splitgym.cli;

/** Which SplitGym this is. */
public final class ProgramVersion {
  private ProgramVersion() {}

  /** The version that the build wrote into the jar; {@code unpackaged} where there is no jar. */
  public static String text() {
    String version = ProgramVersion.class.getPackage().getImplementationVersion();
    return version == null ? "unpackaged" : version;
  }
}
