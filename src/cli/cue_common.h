// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "base/error.h"
#include "base/result.h"
#include "cli/command.h"
#include "cue/load/load.h"

namespace puppis::cli {

/// The flags that the verbs of `puppis cue` have in common, named as cue names them.
struct CueFlags {
  bool simplify = false;
  bool ignore = false;
  bool allErrors = false;
  bool explain = false;
  std::vector<std::string> tags;
  bool injectVariables = false;
  std::string package;
  std::vector<std::string> schema;
  std::vector<std::string> path;
  bool list = false;
  bool withContext = false;
  bool files = false;
  std::string namePattern;
  bool merge = true;
  std::string out;
  std::string outFile;
  bool force = false;
  std::vector<std::string> expressions;
  std::vector<std::string> inputs;
  std::string timeout = "10m";
  std::string maxMemory = "4Gi";
  std::int64_t maxSteps = 0;
  std::int64_t maxDepth = 0;
};

/// -s, -i, -E, and the limits of the evaluation.
void declareGlobal(Options& options, CueFlags& flags);
/// -t, -T.
void declareInjection(Options& options, CueFlags& flags);
/// -p, -d, -l, --list, --with-context, -n, --merge: how data files become part of a configuration.
void declareData(Options& options, CueFlags& flags);
/// --out, -o, -f, -e.
void declareOutput(Options& options, CueFlags& flags);
void declareInputs(Options& options, CueFlags& flags);

/// The limits that the flags set.
Result<cue::Budget> budgetOf(const CueFlags& flags);
/// What the loader needs to know of the world and the flags. Reads standard input if an argument asks for it.
cue::LoadOptions loadOptions(Context& context, const CueFlags& flags);

/// Prints an error with all its details: for a person (at a terminal, or asked for by --explain) with the
/// source line, a caret, and what was expected and found; otherwise in cue's own form (the message, then one
/// indented place a line) for tools that read it.
void printFaults(Context& context, const CueFlags& flags, const Error& error);
/// printFaults and the exit code: that of cue for a failed command, or that of an exceeded limit.
int failed(Context& context, const CueFlags& flags, const Error& error);

}  // namespace puppis::cli
