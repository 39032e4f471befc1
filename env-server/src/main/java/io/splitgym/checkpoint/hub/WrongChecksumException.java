package io.splitgym.checkpoint.hub;

import java.io.IOException;

/** A file that isn't, byte for byte, what the catalogue says. */
public final class WrongChecksumException extends IOException {
  private static final long serialVersionUID = 1L;

  WrongChecksumException(String what, Sha256 actual, Sha256 expected) {
    super(what + " has SHA-256 " + actual + ", must be " + expected);
  }
}
