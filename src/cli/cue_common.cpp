// SPDX-License-Identifier: Apache-2.0
#include "cli/cue_common.h"

#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <iterator>

#include "base/clock.h"
#include "base/random.h"
#include "base/strings.h"

namespace puppis::cli {

namespace {

std::string listing(const Error& fault) {
  std::string out;
  if (!fault.pathText().empty()) out += fault.pathText() + ": ";
  out += fault.message();
  std::string hint;
  if (!fault.expectedText().empty()) hint = "expected " + fault.expectedText();
  if (!fault.foundText().empty()) hint += (hint.empty() ? "found " : ", found ") + fault.foundText();
  if (!hint.empty()) out += ": " + hint;
  if (!fault.suggestion().empty()) out += "; did you mean " + fault.suggestion() + "?";
  bool first = true;
  for (const Location& place : fault.where()) {
    if (!place.known() && place.file.empty()) continue;
    out += first ? ":\n" : "\n";
    first = false;
    std::string file = place.file;
    if (!file.empty() && file != "-" && file.front() != '.' && file.front() != '/' && file.front() != '<') {
      file = "./" + file;
    }
    out += "    " + file;
    if (place.known()) out += ":" + std::to_string(place.line) + ":" + std::to_string(place.column);
  }
  return out + "\n";
}

std::string workingDirectory() {
  std::error_code error;
  const std::filesystem::path path = std::filesystem::current_path(error);
  return error ? "/" : path.string();
}

std::map<std::string, std::string> systemVariables(Context& context) {
  std::map<std::string, std::string> out;
  out["now"] = formatRfc3339(context.clock.now());
  out["os"] = "linux";
#if defined(__x86_64__)
  out["arch"] = "amd64";
#else
  out["arch"] = "arm64";
#endif
  out["cwd"] = workingDirectory();
  out["username"] = context.environment("USER").value_or("");
  char host[256] = {};
  if (gethostname(host, sizeof host - 1) == 0) out["hostname"] = host;
  return out;
}

}  // namespace

void declareGlobal(Options& options, CueFlags& flags) {
  options.flag(flags.simplify, "-s,--simplify", "Simplify the output");
  options.flag(flags.ignore, "-i,--ignore", "Go on in the presence of errors");
  options.flag(flags.allErrors, "-E,--all-errors", "Print all errors (they always are)");
}

void declareInjection(Options& options, CueFlags& flags) {
  options.list(flags.tags, "-t,--inject", "Set a field marked @tag(name), as name=value, or by a shorthand");
  options.flag(flags.injectVariables, "-T,--inject-vars", "Give tags with var=... their system values");
}

void declareData(Options& options, CueFlags& flags) {
  options.text(flags.package, "-p,--package", "Package to choose, or to give to data files");
  options.text(flags.schema, "-d,--schema", "Expression that selects the schema of data files");
  options.list(flags.path, "-l,--path", "Place data at this path (an expression or labels)");
  options.flag(flags.list, "--list", "Put several documents into a list");
  options.flag(flags.withContext, "--with-context", "Evaluate --path with data, filename, index in scope");
  options.text(flags.namePattern, "-n,--name", "Regular expression that names of data files must match");
  options.flag(flags.merge, "--merge", "Merge data files into the configuration (--merge=false keeps them apart)");
}

void declareOutput(Options& options, CueFlags& flags) {
  options.text(flags.out, "--out", "Output format: cue, json, yaml, text, binary");
  options.text(flags.outFile, "-o,--outfile", "File to write, - for standard output");
  options.flag(flags.force, "-f,--force", "Overwrite existing files");
  options.list(flags.expressions, "-e,--expression", "Evaluate this expression only");
}

void declareInputs(Options& options, CueFlags& flags) {
  options.arguments(flags.inputs, "inputs", "Packages (., ./..., example.com/x) and files (x.cue, json: data)");
}

cue::LoadOptions loadOptions(Context& context, const CueFlags& flags) {
  cue::LoadOptions out;
  out.directory = workingDirectory();
  out.tags = flags.tags;
  out.package = flags.package;
  if (flags.injectVariables) out.variables = systemVariables(context);
  if (std::find(flags.inputs.begin(), flags.inputs.end(), "-") != flags.inputs.end()) {
    out.standardInput.assign(std::istreambuf_iterator<char>(context.in), {});
  }
  return out;
}

std::vector<Error> faultsOf(const Error& error) {
  if (error.details().empty()) return {error};
  std::vector<Error> out;
  for (const Error& detail : error.details()) {
    for (Error& fault : faultsOf(detail)) out.push_back(std::move(fault));
  }
  return out;
}

void printFaults(Context& context, const std::vector<Error>& faults) {
  for (const Error& fault : faults) context.err << (context.colourErr ? fault.report(true) : listing(fault));
}

int failed(Context& context, const Error& error) {
  printFaults(context, faultsOf(error));
  return 1;
}

}  // namespace puppis::cli
