package io.splitgym.checkpoint.hub;

import java.net.URI;

/**
 * Terms that come with a model.
 *
 * @param name what they are called
 * @param address where they are in full
 * @param text what a user is shown before taking them: what they are and what they ask
 */
public record TermsOfUse(String name, URI address, String text) {}
