package io.splitgym.checkpoint.hub;

import java.nio.file.Path;

/**
 * A model's file that is there and was hashed.
 *
 * @param name the catalogue's name, or the file's for a user's own
 * @param path the file
 * @param bytes its size
 * @param sha256 its digest
 */
public record ModelFile(String name, Path path, long bytes, Sha256 sha256) {}
