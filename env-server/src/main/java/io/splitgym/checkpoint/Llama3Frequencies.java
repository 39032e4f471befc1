package io.splitgym.checkpoint;

/**
 * What LLaMA 3's position scaling divides each rotary frequency by: long wavelengths by the factor,
 * short ones by one, those between by something between. GGUF files hold these numbers as the
 * tensor {@code rope_freqs.weight}, Hugging Face's config.json holds what they are computed from.
 *
 * @param base of the wavelengths
 * @param factor by which the context was made longer
 * @param low the context over this is the longest wavelength that isn't scaled fully
 * @param high the context over this is the longest wavelength that isn't scaled at all
 * @param originalContext the context before it was made longer, in tokens
 */
record Llama3Frequencies(
    double base, double factor, double low, double high, double originalContext) {
  /**
   * @param headSize dimensions that are rotated, an even number
   * @return one divisor for each of headSize / 2 frequencies
   */
  float[] divisors(int headSize) {
    float[] divisors = new float[headSize / 2];
    for (int i = 0; i < divisors.length; i++) {
      double wavelength = 2 * Math.PI * Math.pow(base, 2.0 * i / headSize);
      double smooth = (originalContext / wavelength - low) / (high - low);
      double kept = Math.min(1, Math.max(0, smooth));
      divisors[i] = (float) (1 / ((1 - kept) / factor + kept));
    }
    return divisors;
  }
}
