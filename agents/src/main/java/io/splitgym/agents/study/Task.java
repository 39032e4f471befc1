package io.splitgym.agents.study;

import java.util.Map;

/** What a study runs with several seeds. */
interface Task {
  /** The name of the folder that its runs are in. */
  String folder();

  /** What a run of it depends on, but for the seed and what the study's options say. */
  Map<String, Object> settings();
}
