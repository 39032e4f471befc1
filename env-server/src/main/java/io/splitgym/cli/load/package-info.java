/** Load on a server that runs, from connections lean enough not to be what is measured. */
@org.jspecify.annotations.NullMarked
package io.splitgym.cli.load;
