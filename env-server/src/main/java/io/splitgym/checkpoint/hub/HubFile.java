package io.splitgym.checkpoint.hub;

/**
 * Where a model's file is on the Hugging Face hub.
 *
 * @param repository organisation and name, such as {@code HuggingFaceTB/SmolLM2-135M}
 * @param revision a commit, so that the file can't change under its name
 * @param path the file's path in the repository
 */
public record HubFile(String repository, String revision, String path) {}
