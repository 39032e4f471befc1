package io.splitgym.session;

import io.splitgym.recording.EpisodeStore;

/**
 * Where episodes are recorded.
 *
 * @param always whether those of all environments are; else of those that ask for it
 */
public record Recording(EpisodeStore store, boolean always) {}
