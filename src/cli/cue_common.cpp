// SPDX-License-Identifier: Apache-2.0
#include "cli/cue_common.h"

#include <algorithm>
#include <filesystem>
#include <iterator>
#include <tuple>

#include <unistd.h>

#include "base/clock.h"
#include "base/random.h"
#include "base/strings.h"
#include "cli/app_status.h"
#include "data/quantity.h"

namespace puppis::cli {

namespace {

bool isBefore(const Location& a, const Location& b) {
  return std::tie(a.file, a.line, a.column) < std::tie(b.file, b.line, b.column);
}

/// Whether what a message calls a file is the text of a flag.
bool isFlag(const std::string& file) {
  return file.starts_with("--");
}

std::string listing(const Error& fault) {
  std::string out;
  if (!fault.pathText().empty()) out += fault.pathText() + ": ";
  out += fault.message();
  // Of an evaluation, CUE's own words say what was expected and found; what else is known is for persons.
  const bool evaluated = !fault.reasonText().empty();
  std::string hint;
  if (!evaluated && !fault.expectedText().empty()) hint = "expected " + fault.expectedText();
  if (!evaluated && !fault.foundText().empty())
    hint += (hint.empty() ? "found " : ", found ") + fault.foundText();
  if (!hint.empty()) out += ": " + hint;
  const bool slip = fault.reasonText() == "compile" || fault.message() == "field not allowed";
  if (!fault.suggestion().empty() && (!evaluated || slip))
    out += "; did you mean " + fault.suggestion() + "?";
  std::vector<Location> places = fault.where();
  places.erase(std::unique(places.begin(), places.end()), places.end());
  // Where a flag's expression refers to a value says little beside the value's own place.
  if (std::any_of(places.begin(), places.end(), [](const Location& each) { return !isFlag(each.file); }))
    std::erase_if(places, [](const Location& each) { return isFlag(each.file); });
  bool first = true;
  for (const Location& place : places) {
    if (!place.known() && place.file.empty()) continue;
    out += first ? ":\n" : "\n";
    first = false;
    std::string file = place.file;
    if (!file.empty() && file != "-" && file.front() != '.' && file.front() != '/' && file.front() != '<' &&
        !isFlag(file)) {
      file = "./" + file;
    }
    out += "    " + file;
    if (place.known()) out += ":" + std::to_string(place.line) + ":" + std::to_string(place.column);
  }
  return out + "\n";
}

/// An error and its details as single faults.
std::vector<Error> faultsOf(const Error& error) {
  std::vector<Error> out;
  // An error that only gathers others has no place and no path of its own.
  const bool gathers = error.where().empty() && error.pathText().empty();
  if (error.details().empty() || !gathers) out.push_back(error);
  for (const Error& detail : error.details()) {
    for (Error& fault : faultsOf(detail)) out.push_back(std::move(fault));
  }
  return out;
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
  options.flag(flags.explain, "--explain",
               "Show errors as at a terminal: source line, what was expected and found");
  options.text(flags.timeout, "--timeout", "Longest time of the evaluation, as 30s or 5m; 0 for no limit");
  options.text(flags.maxMemory, "--max-memory", "Most memory of the evaluation, as 512Mi; 0 for no limit");
  options.number(flags.maxSteps, "--max-steps", "Most steps of the evaluation; 0 for no limit");
  options.number(flags.maxDepth, "--max-depth", "Deepest nesting of the evaluation; 0 for 10000");
}

void declareInjection(Options& options, CueFlags& flags) {
  options.list(flags.tags, "-t,--inject", "Set a field marked @tag(name), as name=value, or by a shorthand");
  options.flag(flags.injectVariables, "-T,--inject-vars", "Give tags with var=... their system values");
}

void declareData(Options& options, CueFlags& flags) {
  options.text(flags.package, "-p,--package", "Package to choose, or to give to data files");
  options.list(flags.schema, "-d,--schema", "Expression that selects the schema of data files");
  options.list(flags.path, "-l,--path", "Place data at this path (an expression or labels)");
  options.flag(flags.list, "--list", "Put several documents into a list");
  options.flag(flags.withContext, "--with-context", "Evaluate --path with data, filename, index in scope");
  options.text(flags.namePattern, "-n,--name", "Regular expression that names of data files must match");
  options.flag(flags.merge, "--merge",
               "Merge data files into the configuration (--merge=false keeps them apart)");
}

void declareOutput(Options& options, CueFlags& flags) {
  options.text(flags.out, "--out", "Output format: cue, json, yaml, text, binary");
  options.text(flags.outFile, "-o,--outfile", "File to write, - for standard output");
  options.flag(flags.force, "-f,--force", "Overwrite existing files");
  options.list(flags.expressions, "-e,--expression", "Evaluate this expression only");
}

void declareInputs(Options& options, CueFlags& flags) {
  options.arguments(flags.inputs, "inputs",
                    "Packages (., ./..., example.com/x) and files (x.cue, json: data)");
}

Result<cue::Budget> budgetOf(const CueFlags& flags) {
  cue::Budget out;
  if (flags.timeout != "0") {
    TRY(const Nanos time, parseDuration(flags.timeout));
    out.wallTime = std::chrono::duration_cast<std::chrono::milliseconds>(time);
  }
  const auto memory = data::Quantity::parse(flags.maxMemory);
  if (!memory || memory->sign() < 0) {
    return fail(Error(ErrorCode::InvalidArgument, "--max-memory is no amount of memory")
                    .expected("an amount such as 512Mi")
                    .found(flags.maxMemory));
  }
  out.memoryBytes = static_cast<std::uint64_t>(memory->value());
  if (flags.maxSteps < 0 || flags.maxDepth < 0) {
    return fail(ErrorCode::InvalidArgument, "--max-steps and --max-depth cannot be negative");
  }
  out.steps = static_cast<std::uint64_t>(flags.maxSteps);
  out.depth = static_cast<std::uint32_t>(std::min<std::int64_t>(flags.maxDepth, 1'000'000'000));
  return out;
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

void printFaults(Context& context, const CueFlags& flags, const Error& error) {
  if (context.colourErr || flags.explain) {
    context.err << error.report(context.colourErr);
    return;
  }
  std::vector<Error> faults = faultsOf(error);
  // Those of an evaluation are in order: causes follow what they are the causes of.
  const bool evaluated = std::any_of(faults.begin(), faults.end(), [](const Error& fault) {
    constexpr auto kLast = static_cast<int>(cue::Severity::Cycle);
    for (int i = 0; i <= kLast; ++i) {
      if (fault.reasonText() == cue::severityWord(static_cast<cue::Severity>(i))) return true;
    }
    return false;
  });
  if (!evaluated) {
    std::stable_sort(faults.begin(), faults.end(), [](const Error& a, const Error& b) {
      if (a.where().empty() || b.where().empty()) return a.where().empty() && !b.where().empty();
      return isBefore(a.where()[0], b.where()[0]);
    });
  }
  for (const Error& fault : faults) context.err << listing(fault);
}

int failed(Context& context, const CueFlags& flags, const Error& error) {
  printFaults(context, flags, error);
  return error.code() == ErrorCode::ResourceExhausted ? exitCode(error.code()) : 1;
}

}  // namespace puppis::cli
