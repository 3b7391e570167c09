// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <mutex>
#include <string>
#include <unordered_map>

#include "base/result.h"
#include "base/source.h"
#include "oam/definition.h"

namespace puppis::cue {
class Program;
class Runtime;
}  // namespace puppis::cue

namespace puppis::render {

/// Compiled template texts by their text: one compilation for the life of a text. Safe to share between
/// threads.
class Templates {
 public:
  explicit Templates(std::shared_ptr<cue::Runtime> runtime) : runtime_(std::move(runtime)) {}

  /// The definition's template, with list arithmetic and with `context` and `parameter` open.
  Result<std::shared_ptr<const cue::Program>> of(const oam::Definition& definition);
  /// The same for any text (status rules).
  Result<std::shared_ptr<const cue::Program>> of(const std::shared_ptr<const SourceFile>& source);

  [[nodiscard]] const std::shared_ptr<cue::Runtime>& runtime() const { return runtime_; }

 private:
  std::shared_ptr<cue::Runtime> runtime_;
  std::mutex mutex_;
  std::unordered_map<std::string, std::shared_ptr<const cue::Program>> programs_;
};

}  // namespace puppis::render
