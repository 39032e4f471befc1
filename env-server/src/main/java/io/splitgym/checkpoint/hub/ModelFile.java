package io.splitgym.checkpoint.hub;

import java.nio.file.Path;

/**
 * A model's file that is there and was hashed, or a folder of files that are one model.
 *
 * @param name the catalogue's name, or the file's or folder's for a user's own
 * @param path the file or folder
 * @param bytes its size, or that of all its files
 * @param sha256 its digest; for a folder, that of the list of its files' digests
 */
public record ModelFile(String name, Path path, long bytes, Sha256 sha256) {}
