package io.splitgym.cli;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.SerializerProvider;
import com.fasterxml.jackson.databind.module.SimpleModule;
import com.fasterxml.jackson.databind.ser.std.StdSerializer;
import java.io.IOException;

/**
 * How results become JSON, on standard output and in files: indented, and null for a number that
 * isn't defined, since JSON has no NaN.
 */
public final class ResultJson {
  private ResultJson() {}

  /** A new mapper; safe for use by several threads. */
  public static ObjectMapper mapper() {
    SimpleModule numbers = new SimpleModule();
    numbers.addSerializer(Double.class, new FiniteOrNull());
    numbers.addSerializer(double.class, new FiniteOrNull());
    return new ObjectMapper().registerModule(numbers).enable(SerializationFeature.INDENT_OUTPUT);
  }

  private static final class FiniteOrNull extends StdSerializer<Double> {
    private static final long serialVersionUID = 1;

    FiniteOrNull() {
      super(Double.class);
    }

    @Override
    public void serialize(Double value, JsonGenerator json, SerializerProvider provider)
        throws IOException {
      if (Double.isFinite(value)) {
        json.writeNumber(value);
      } else {
        json.writeNull();
      }
    }
  }
}
