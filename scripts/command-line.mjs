// How scripts of this repository answer to their options.

/**
 * Runs `work` with the options and leaves with the exit code it returns. Wrong ones, which are a text that says what is
 * wrong, get the usage and exit code 2; `help` gets the usage.
 */
export async function commandLine(usage, options, work) {
  if (typeof options === 'string') {
    console.error(`${options}\n\n${usage}`);
    process.exitCode = 2;
  } else if (options.help) {
    console.log(usage);
  } else {
    process.exitCode = await work(options);
  }
}

/** Ends at once, for a script that finds out about wrong options in the middle of something. */
export function leaveWithUsage(usage, problem) {
  console.error(`${problem}\n\n${usage}`);
  process.exit(2);
}
