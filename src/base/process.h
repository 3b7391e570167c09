// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "base/result.h"

namespace puppis {

struct ProcessRequest {
  std::vector<std::string> argv;  ///< the program (looked up in PATH) and its arguments
  std::vector<std::pair<std::string, std::string>> extraEnv;  ///< added to the environment of this process
  std::string input;                                          ///< given on standard input
  Nanos timeout = std::chrono::seconds(60);                   ///< then it is killed: Timeout
};

struct ProcessResult {
  int exitCode = 0;  ///< 128 + signal when it was killed
  std::string output;
  std::string errors;
};

/// Other programs, run to their end. Tests give a fake.
class Processes {
 public:
  virtual ~Processes() = default;
  /// NotFound when there is no such program; a non-zero exit is a result, not an Error.
  virtual Result<ProcessResult> run(const ProcessRequest& request) = 0;
  /// Runs an interactive program on this process's own terminal (an editor) and gives its exit code. `argv`
  /// as in ProcessRequest. NotSupported where there is no terminal to give.
  virtual Result<int> attach(const std::vector<std::string>& argv);
};

/// The machine's.
class SystemProcesses final : public Processes {
 public:
  Result<ProcessResult> run(const ProcessRequest& request) override;
  Result<int> attach(const std::vector<std::string>& argv) override;
};

}  // namespace puppis
