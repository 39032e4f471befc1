/** Model files as mapped tensors: GGUF and safetensors. */
@NullMarked
package io.splitgym.checkpoint;

import org.jspecify.annotations.NullMarked;
