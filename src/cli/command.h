// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "cli/context.h"

namespace puppis::cli {

/// Where a verb declares its flags and arguments. What is parsed is written into the referenced variables,
/// which hold the defaults before. `names` is "-f,--file"; the first long name is what messages say.
class Options {
 public:
  virtual ~Options() = default;
  virtual void flag(bool& into, std::string_view names, std::string_view help) = 0;
  /// A flag that may be left out, given, or given as `--flag=false`.
  virtual void maybe(std::optional<bool>& into, std::string_view names, std::string_view help) = 0;
  virtual void text(std::string& into, std::string_view names, std::string_view help) = 0;
  virtual void number(std::int64_t& into, std::string_view names, std::string_view help) = 0;
  /// A flag that may be given several times.
  virtual void list(std::vector<std::string>& into, std::string_view names, std::string_view help) = 0;
  /// One of `choices`; anything else is refused with the nearest one.
  virtual void choice(std::string& into, std::string_view names, std::vector<std::string> choices,
                      std::string_view help) = 0;
  /// An argument by its place.
  virtual void argument(std::string& into, std::string_view name, std::string_view help,
                        bool required = true) = 0;
  /// All arguments that are left.
  virtual void arguments(std::vector<std::string>& into, std::string_view name, std::string_view help,
                         bool required = false) = 0;
  /// Everything after the verb goes to `into` as it stands, flags included (for a verb with a grammar of its
  /// own).
  virtual void raw(std::vector<std::string>& into) = 0;
};

/// One verb while it runs.
class Command {
 public:
  virtual ~Command() = default;
  virtual void declare(Options& options) = 0;
  /// The exit code; an Error is reported on `err` and exits with exitCode(error.code()).
  virtual Result<int> run(Context& context) = 0;
};

/// A line of the table of verbs.
struct Verb {
  std::string_view name;     ///< its words, "dry-run" or "def render"
  std::string_view summary;  ///< one line, no full stop
  std::string_view example;  ///< command lines as a user types them, at least one
  std::unique_ptr<Command> (*make)();
  /// Stops by itself when Context::stop asks; other verbs are ended by Ctrl-C at once.
  bool serves = false;
};

/// Runs one command line (without the program's name) and gives the exit code. Help and errors are printed.
int runCommandLine(const std::vector<std::string>& arguments, const std::vector<Verb>& verbs,
                   Context& context);
/// The verb that a command line names, or nullptr.
const Verb* findVerb(const std::vector<std::string>& arguments, const std::vector<Verb>& verbs);

}  // namespace puppis::cli
